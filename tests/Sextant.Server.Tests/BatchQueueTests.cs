using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sextant.Server.Models;

namespace Sextant.Server.Tests;

/// <summary>Which inputs are computed together, and what becomes of those that wait.</summary>
public sealed class BatchQueueTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ServerMetrics _metrics;
    private readonly List<int[]> _batches = [];
    private readonly SemaphoreSlim _begun = new(0), _mayRun = new(0);

    public BatchQueueTests() => _metrics = new ServerMetrics(_services.GetRequiredService<IMeterFactory>());

    public void Dispose()
    {
        _metrics.Dispose();
        _services.Dispose();
        _begun.Dispose();
        _mayRun.Dispose();
    }

    // Inputs of so many tokens each; the first id tells them apart.
    private static EncodedInput[] Inputs(int first, int count, int tokens) =>
        [.. Enumerable.Range(first, count).Select(i =>
        {
            int[] ids = new int[tokens];
            ids[0] = i;
            return new EncodedInput(ids, new int[tokens], 0, new TextReport(tokens, 0));
        })];

    private BatchQueue<int, int> Queue(int batchTokens, int maxWaiting = 1_000_000, bool isHeld = false) =>
        new("m", batchTokens, maxWaiting, _metrics, (inputs, form, cancellation) =>
        {
            if (isHeld)
            {
                _begun.Release();
                _mayRun.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            }
            cancellation.ThrowIfCancellationRequested();
            lock (_batches)
                _batches.Add([.. inputs.Select(one => one.Ids[0])]);
            if (inputs.Any(one => one.Ids[0] == 666))
                throw new InvalidOperationException("666");
            return [.. inputs.Select(one => one.Ids[0] * 10 + form)];
        });

    [Fact]
    public async Task WhatWaitsTogetherIsComputedTogetherAndInTurns()
    {
        using BatchQueue<int, int> queue = Queue(batchTokens: 40, isHeld: true);
        Task<int[]> first = queue.Run(Inputs(1, 1, 10), 0, CancellationToken.None);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Task<int[]> longOne = queue.Run(Inputs(100, 5, 10), 0, CancellationToken.None);
        Task<int[]> shortOne = queue.Run(Inputs(200, 2, 10), 0, CancellationToken.None);
        _mayRun.Release(10);
        Assert.Equal(new[] { 10 }, await first);
        Assert.Equal(new[] { 1000, 1010, 1020, 1030, 1040 }, await longOne);
        Assert.Equal(new[] { 2000, 2010 }, await shortOne);
        Assert.Equal(["1", "100,200,101,201", "102,103,104"], _batches.Select(one => string.Join(',', one)));
        Assert.Equal(0, queue.WaitingTokens);
    }

    [Fact]
    public async Task FormsAreNotMixedAndNoneStarves()
    {
        using BatchQueue<int, int> queue = Queue(batchTokens: 20, isHeld: true);
        Task<int[]> first = queue.Run(Inputs(1, 1, 10), 0, CancellationToken.None);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Task<int[]> a = queue.Run(Inputs(10, 6, 10), 1, CancellationToken.None);
        Task<int[]> b = queue.Run(Inputs(20, 2, 10), 2, CancellationToken.None);
        _mayRun.Release(20);
        Assert.Equal(new[] { 10 }, await first);
        Assert.Equal(new[] { 101, 111, 121, 131, 141, 151 }, await a);
        Assert.Equal(new[] { 202, 212 }, await b);
        Assert.Equal(["1", "10,11", "20,21", "12,13", "14,15"], _batches.Select(one => string.Join(',', one)));
    }

    [Fact]
    public async Task AFullQueueRefusesAndSaysWhenToComeAgain()
    {
        using BatchQueue<int, int> queue = Queue(batchTokens: 10, maxWaiting: 30, isHeld: true);
        Task<int[]> running = queue.Run(Inputs(1, 1, 10), 0, CancellationToken.None);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Task<int[]> waiting = queue.Run(Inputs(2, 3, 10), 0, CancellationToken.None);
        QueueFullException full = await Assert.ThrowsAsync<QueueFullException>(
            () => queue.Run(Inputs(9, 1, 1), 0, CancellationToken.None));
        Assert.InRange(full.RetryAfter, 1, 60);
        _mayRun.Release(10);
        await running;
        await waiting;
        Assert.Equal(new[] { 90 }, await queue.Run(Inputs(9, 1, 1), 0, CancellationToken.None));
    }

    [Fact]
    public async Task AnInputThatFailsFailsItsOwnRequestOnly()
    {
        using BatchQueue<int, int> queue = Queue(batchTokens: 100, isHeld: true);
        Task<int[]> first = queue.Run(Inputs(1, 1, 10), 0, CancellationToken.None);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Task<int[]> bad = queue.Run(Inputs(665, 2, 10), 0, CancellationToken.None);
        Task<int[]> good = queue.Run(Inputs(2, 2, 10), 0, CancellationToken.None);
        _mayRun.Release(20);
        await first;
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Equal(new[] { 20, 30 }, await good);
    }

    [Fact]
    public async Task WhoGoesIsNotComputedAndABatchForNobodyEnds()
    {
        using BatchQueue<int, int> queue = Queue(batchTokens: 100, isHeld: true);
        using var gone = new CancellationTokenSource();
        Task<int[]> running = queue.Run(Inputs(1, 1, 10), 0, gone.Token);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Task<int[]> waiting = queue.Run(Inputs(2, 1, 10), 0, gone.Token);
        Task<int[]> other = queue.Run(Inputs(3, 1, 10), 0, CancellationToken.None);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _mayRun.Release(10);
        Assert.Equal(new[] { 30 }, await other);
        Assert.Equal(["3"], _batches.Select(one => string.Join(',', one)));
        Assert.Equal(0, queue.WaitingTokens);
    }

    [Fact]
    public async Task WhatWaitsFailsWhenTheQueueStops()
    {
        BatchQueue<int, int> queue = Queue(batchTokens: 10, isHeld: true);
        Task<int[]> running = queue.Run(Inputs(1, 1, 10), 0, CancellationToken.None);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Task<int[]> waiting = queue.Run(Inputs(2, 1, 10), 0, CancellationToken.None);
        Task stop = Task.Run(queue.Dispose, TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        _mayRun.Release(10);
        await stop;
        Assert.Equal(new[] { 10 }, await running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
