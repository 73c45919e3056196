using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>What was acknowledged is there, whoever ends; and many threads use one collection.</summary>
public sealed class DurabilityTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatIsAwaitedIsInACopyOfTheFolderAtThatMoment()
    {
        using var scratch = new ScratchStore(onDisk: true);
        var random = new Random(4);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        var items = new Dictionary<string, Item>();
        for (int round = 0; round < 12; round++)
        {
            var item = Item.Random(random, $"k{random.Next(8)}");
            items[item.Key] = item;
            await collection.UpsertAsync(item, Stop);
            if (round % 4 == 3)
            {
                await collection.DeleteAsync(item.Key, Stop);
                items.Remove(item.Key);
            }
            // As a process that is killed now would leave it: the store is open, and nothing is closed.
            string copy = Directory.CreateTempSubdirectory("sextant-copy-").FullName;
            try
            {
                Directory.CreateDirectory(Path.Combine(copy, "items"));
                foreach (string file in Directory.GetFiles(Path.Combine(scratch.Folder, "items")))
                {
                    if (Path.GetFileName(file) != "lock") // which is locked
                        File.Copy(file, Path.Combine(copy, "items", Path.GetFileName(file)));
                }
                using var store = new SextantVectorStore(copy);
                VectorStoreCollection<string, Item> read = store.GetCollection<string, Item>("items");
                Assert.Equal(items.Keys.Order(),
                    (await read.GetAsync(r => true, 99, cancellationToken: Stop).ToListAsync(Stop))
                    .Select(one => one.Key).Order());
                foreach (Item one in items.Values)
                    Item.AssertSame(one, await read.GetAsync(one.Key, new() { IncludeVectors = true }, Stop), true);
            }
            finally
            {
                Directory.Delete(copy, recursive: true);
            }
        }
    }

    [Fact]
    public async Task ASecondStoreOfTheFolderIsRefusedUntilTheFirstIsDisposed()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        await collection.UpsertAsync(new Item { Key = "a" }, Stop);
        using var second = new SextantVectorStore(scratch.Folder);
        VectorStoreCollection<string, Item> other = second.GetCollection<string, Item>("items");
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => other.EnsureCollectionExistsAsync(Stop), () => other.GetAsync("a", cancellationToken: Stop),
            () => other.UpsertAsync(new Item { Key = "b" }, Stop), () => other.EnsureCollectionDeletedAsync(Stop),
        ])
        {
            VectorStoreException refused = await Assert.ThrowsAsync<VectorStoreException>(call);
            Assert.Contains("writer", refused.Message);
            Assert.Equal("items", refused.CollectionName);
        }
        scratch.Store.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => collection.GetAsync("a", cancellationToken: Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => collection.UpsertAsync(new Item { Key = "b" }, Stop));
        Assert.NotNull(await other.GetAsync("a", cancellationToken: Stop));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyReadersAndWritersUseOneCollection(bool onDisk)
    {
        using var scratch = new ScratchStore(onDisk);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        const int Writers = 6, Rounds = 40;
        int writing = Writers;
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                // Two records that always agree: a reader sees both of a batch, or neither.
                Item Make(string which) =>
                    new() { Key = $"{which}{writer}", Int = i, Text = "t", Vector = new float[] { 1, i, writer } };
                await collection.UpsertAsync([Make("a"), Make("b"), Make($"{i}-")], Stop);
                Item own = (await collection.GetAsync($"a{writer}", cancellationToken: Stop))!;
                Assert.Equal(i, own.Int);
                if (i % 8 == 7)
                    await collection.DeleteAsync($"{i}-{writer}", Stop);
            }
            Interlocked.Decrement(ref writing);
        }, Stop))];
        Task[] readers = [.. Enumerable.Range(0, 4).Select(reader => Task.Run(async () =>
        {
            int writer = reader % Writers;
            string[] keys = [$"a{writer}", $"b{writer}"];
            for (int rounds = 0; rounds < 20 || Volatile.Read(ref writing) > 0; rounds++)
            {
                List<Item> pair = await collection.GetAsync(keys, cancellationToken: Stop).ToListAsync(Stop);
                Assert.True(pair.Count == 0 || (pair.Count == 2 && pair[0].Int == pair[1].Int));
                List<VectorSearchResult<Item>> hits = await collection.SearchAsync(
                    new float[] { 1, 2, 3 }, 5, new() { Filter = r => r.Text == "t" }, Stop).ToListAsync(Stop);
                Assert.Equal(hits.Select(one => one.Record.Key).Distinct().Count(), hits.Count);
                Assert.Equal(hits.Select(one => one.Score).OrderDescending(), hits.Select(one => one.Score));
            }
        }, Stop))];
        await Task.WhenAll([.. writers, .. readers]);
        if (onDisk)
            scratch.Reopen();
        collection = scratch.Store.GetCollection<string, Item>("items");
        List<Item> all = await collection.GetAsync(r => true, 10_000, cancellationToken: Stop).ToListAsync(Stop);
        Assert.Equal(Writers * (2 + Rounds - (Rounds / 8)), all.Count);
        Assert.All(all.Where(one => one.Key[0] is 'a' or 'b'), one => Assert.Equal(Rounds - 1, one.Int));
    }

    [Fact]
    public async Task SmallCommitsDoNotPileUp()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        for (int i = 0; i < 100; i++)
            await collection.UpsertAsync(new Item { Key = $"{i}", Vector = new float[] { 1, 2, 3 } }, Stop);
        scratch.Store.Dispose();
        Assert.InRange(Directory.GetFiles(Path.Combine(scratch.Folder, "items"), "segment-*").Length, 1, 33);
        scratch.Reopen();
        collection = scratch.Store.GetCollection<string, Item>("items");
        Assert.Equal(100, (await collection.GetAsync(r => true, 999, cancellationToken: Stop).ToListAsync(Stop)).Count);
    }

    [Fact]
    public async Task ACancelledCallDoesNothing()
    {
        using var scratch = new ScratchStore(onDisk: false);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        await collection.UpsertAsync([new Item { Key = "a" }, new Item { Key = "b" }], Stop);
        var cancelled = new CancellationToken(canceled: true);
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => collection.UpsertAsync(new Item { Key = "c" }, cancelled), () =>
                collection.DeleteAsync("a", cancelled),
            () => collection.GetAsync("a", cancellationToken: cancelled),
            () => collection.SearchAsync(new float[] { 1, 2, 3 }, 1, cancellationToken: cancelled).ToListAsync(
                Stop).AsTask(),
            () => collection.EnsureCollectionDeletedAsync(cancelled),
        ])
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }
        using var later = new CancellationTokenSource();
        int seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Item item in collection.GetAsync(r => true, 9, cancellationToken: later.Token))
            {
                seen++;
                await later.CancelAsync();
            }
        });
        Assert.Equal(1, seen);
        Assert.Equal(2, (await collection.GetAsync(r => true, 9, cancellationToken: Stop).ToListAsync(Stop)).Count);
    }
}
