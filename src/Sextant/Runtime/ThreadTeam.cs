using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sextant.Runtime;

/// <summary>Work that splits into numbered items, each of which any thread may do.</summary>
internal interface IJob
{
    /// <summary>
    /// Does one item; <paramref name="worker"/> is below the team's size and unique among the running threads.
    /// </summary>
    void Execute(int item, int worker);
}

/// <summary>
/// A fixed team of threads that work on one job at a time, the caller being one of them. Between jobs the others spin
/// for some microseconds, since the next op of a model follows at once, and then sleep.
/// </summary>
/// <remarks>
/// Thread-safe. A second caller finds the team busy and does its job alone, on its own thread: the machine is never
/// given more threads than the team has and the callers bring. Which thread does an item never changes a result.
/// </remarks>
internal sealed unsafe class ThreadTeam : IDisposable
{
    // Waking a sleeping thread costs 6–25 µs, handing work to a spinning one under 1 µs.
    private const int SpinMicroseconds = 40;
    private const int Open = 1 << 30;

    /// <summary>
    /// Most threads of a team: each takes a stack, and a process that has no more memory for one ends.
    /// </summary>
    public const int MaxThreads = 1024;

    private static readonly Lazy<ThreadTeam> s_shared =
        new(() => new ThreadTeam(Math.Min(Environment.ProcessorCount, MaxThreads)));

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _callers = new();
    private delegate*<void*, int, int, void> _execute;
    private void* _job;
    private int _count;
    private CancellationToken _cancellation;
    private int _next;
    private int _state;            // Open while workers may join, plus the number that have joined and not left
    private int _generation;
    private int _sleeping;
    private Exception? _failure;
    private volatile bool _stopped;

    /// <summary>Creates a team; <paramref name="threads"/> counts the caller.</summary>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        Threads = threads;
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int worker = i + 1;
            _workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Sextant {worker}" };
            _workers[i].Start();
        }
    }

    /// <summary>
    /// The process-wide team: as many threads as the process may use (affinity and container limits count).
    /// </summary>
    public static ThreadTeam Shared => s_shared.Value;

    /// <summary>Threads that work on a job, the caller included.</summary>
    public int Threads { get; }

    /// <summary>
    /// Does items 0 … count − 1 of a job and returns when all are done, or when it was cancelled: then the rest is
    /// dropped, and the caller throws. Allocates nothing.
    /// </summary>
    public void Run<TJob>(TJob job, int count, CancellationToken cancellation = default)
        where TJob : struct, IJob
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (count > 1 && _workers.Length > 0 && _callers.TryEnter())
        {
            try
            {
                RunTogether(&Execute<TJob>, Unsafe.AsPointer(ref job), count, cancellation);
            }
            finally
            {
                _callers.Exit();
            }
            return;
        }
        for (int item = 0; item < count && !cancellation.IsCancellationRequested; item++)
            job.Execute(item, 0);
    }

    public void Dispose()
    {
        _stopped = true;
        if (_workers.Length > 0)
            _wake.Release(_workers.Length);
        foreach (Thread worker in _workers)
            worker.Join();
        _wake.Dispose();
    }

    private static void Execute<TJob>(void* job, int item, int worker)
        where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Execute(item, worker);

    private void RunTogether(
        delegate*<void*, int, int, void> execute, void* job, int count, CancellationToken cancellation)
    {
        _execute = execute;
        _job = job;
        _count = count;
        _cancellation = cancellation;
        _next = 0;
        _failure = null;
        Volatile.Write(ref _state, Open);
        Interlocked.Increment(ref _generation);
        int sleeping = Volatile.Read(ref _sleeping);
        if (sleeping > 0)
            _wake.Release(Math.Min(sleeping, count - 1));
        DoItems(0);
        // Whoever has not joined by now is not waited for; whoever has is finishing its last item.
        Interlocked.And(ref _state, ~Open);
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _state) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
        _cancellation = default;
        if (_failure is { } failure)
            throw new AggregateException(failure);
    }

    private void DoItems(int worker)
    {
        try
        {
            for (int item; !_cancellation.IsCancellationRequested
                && (item = Interlocked.Increment(ref _next) - 1) < _count;)
            {
                _execute(_job, item, worker);
            }
        }
        catch (Exception failure)
        {
            // Rethrown by the caller of the job; the remaining items are dropped.
            _failure = failure;
            Interlocked.Add(ref _next, _count);
        }
    }

    private void Work(int worker)
    {
        FloatEnvironment.EnterForever();
        int seen = 0;
        while (!_stopped)
        {
            seen = WaitForJob(seen);
            int state = Volatile.Read(ref _state);
            while ((state & Open) != 0)
            {
                int before = Interlocked.CompareExchange(ref _state, state + 1, state);
                if (before == state)
                {
                    DoItems(worker);
                    Interlocked.Decrement(ref _state);
                    break;
                }
                state = before;
            }
        }
    }

    private int WaitForJob(int seen)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            for (int i = 0; i < 16; i++)
            {
                int generation = Volatile.Read(ref _generation);
                if (generation != seen || _stopped)
                    return generation;
                Thread.SpinWait(1);
            }
            if (Stopwatch.GetElapsedTime(start).TotalMicroseconds < SpinMicroseconds)
                continue;
            Interlocked.Increment(ref _sleeping);
            if (Volatile.Read(ref _generation) == seen && !_stopped)
                _wake.Wait();
            Interlocked.Decrement(ref _sleeping);
            start = Stopwatch.GetTimestamp();
        }
    }
}
