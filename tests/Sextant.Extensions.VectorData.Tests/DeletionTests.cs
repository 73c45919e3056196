using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>Collections that are deleted while others use them, or delete theirs.</summary>
public sealed class DeletionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ACollectionThatIsReadMeanwhileIsDeletedAndMadeAnew()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        int isDone = 0;
        Task[] readers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref isDone) == 0)
            {
                try
                {
                    await collection.GetAsync("none", cancellationToken: Stop);
                }
                catch (VectorStoreException problem)
                {
                    Assert.Contains("there is no collection", problem.Message);
                }
            }
        }, Stop))];
        try
        {
            for (int round = 0; round < 150; round++)
            {
                await collection.EnsureCollectionExistsAsync(Stop);
                await collection.UpsertAsync(new Item { Key = $"{round}", Vector = new float[] { 1, 2, 3 } }, Stop);
                Item only = await collection.GetAsync(one => true, 9, cancellationToken: Stop).SingleAsync(Stop);
                Assert.Equal($"{round}", only.Key);
                await collection.EnsureCollectionDeletedAsync(Stop);
                Assert.False(await collection.CollectionExistsAsync(Stop));
                Assert.Empty(Directory.GetDirectories(scratch.Folder));
            }
        }
        finally
        {
            Volatile.Write(ref isDone, 1);
            await Task.WhenAll(readers);
        }
    }

    [Fact]
    public async Task ManyAreDeletedAtOnce()
    {
        using var scratch = new ScratchStore(onDisk: true);
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"items{i}")];
        for (int round = 0; round < 20; round++)
        {
            foreach (string name in names)
                await scratch.Store.GetCollection<string, Item>(name).EnsureCollectionExistsAsync(Stop);
            await Task.WhenAll(names.Select(name => scratch.Store.EnsureCollectionDeletedAsync(name, Stop)));
            Assert.Empty(Directory.GetDirectories(scratch.Folder));
        }
    }
}
