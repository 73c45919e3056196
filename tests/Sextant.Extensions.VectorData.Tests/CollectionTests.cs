using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>Collections and records are made, changed, read and deleted, in memory and in a folder.</summary>
public sealed class CollectionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class Note<TKey>
    {
        [VectorStoreKey(StorageName = "id")]
        public TKey Key { get; set; } = default!;

        [VectorStoreData(StorageName = "n")]
        public int Number { get; set; }

        [VectorStoreVector(2)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CollectionsAreMadeListedAndDeleted(bool onDisk)
    {
        using var scratch = new ScratchStore(onDisk);
        string[] names = ["notes", "Notes", "ein Würfel/..", ".", "..", "a%41", "+x", "con", "名前😀"];
        foreach (string name in names)
        {
            Assert.False(await scratch.Store.CollectionExistsAsync(name, Stop));
            VectorStoreCollection<int, Note<int>> collection = scratch.Store.GetCollection<int, Note<int>>(name);
            Assert.Equal(name, collection.Name);
            Assert.False(await collection.CollectionExistsAsync(Stop));
            await collection.EnsureCollectionExistsAsync(Stop);
            await collection.EnsureCollectionExistsAsync(Stop);
            await collection.UpsertAsync(
                new Note<int> { Key = 1, Number = name.Length, Vector = new float[] { 1, 2 } }, Stop);
        }
        if (onDisk)
            scratch.Reopen();
        Assert.Equal(
            names.Order(StringComparer.Ordinal), await scratch.Store.ListCollectionNamesAsync(Stop).ToListAsync(Stop));
        foreach (string name in names)
        {
            VectorStoreCollection<int, Note<int>> collection = scratch.Store.GetCollection<int, Note<int>>(name);
            Assert.Equal(name.Length, (await collection.GetAsync(1, cancellationToken: Stop))!.Number);
            await scratch.Store.EnsureCollectionDeletedAsync(name, Stop);
            await collection.EnsureCollectionDeletedAsync(Stop);
            Assert.False(await collection.CollectionExistsAsync(Stop));
            VectorStoreException missing =
                await Assert.ThrowsAsync<VectorStoreException>(() => collection.GetAsync(1, cancellationToken: Stop));
            Assert.Equal(("sextant", name, "Get"),
                (missing.VectorStoreSystemName, missing.CollectionName, missing.OperationName));
            Assert.Equal(onDisk ? scratch.Folder : null, missing.VectorStoreName);
        }
        Assert.Empty(await scratch.Store.ListCollectionNamesAsync(Stop).ToListAsync(Stop));
        if (onDisk)
            Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Folder));
        await scratch.Store.GetCollection<int, Note<int>>("notes").EnsureCollectionExistsAsync(Stop);
        Assert.Null(await scratch.Store.GetCollection<int, Note<int>>("notes").GetAsync(1, cancellationToken: Stop));
    }

    [Fact]
    public async Task KeysOfEveryTypeFindTheirRecords()
    {
        await Check("", "a", "ключ😀\n\0", new string('x', 5000));
        await Check(int.MaxValue, int.MinValue, 0, -1);
        await Check(long.MaxValue, long.MinValue + 1, 0L, -1L);
        await Check(Guid.NewGuid(), Guid.NewGuid(), new Guid(1, 2, 3, new byte[8]),
            Guid.Parse("ffffffff-ffff-ffff-ffff-ffffffffffff"));

        static async Task Check<TKey>(params TKey[] keys)
            where TKey : notnull
        {
            using var scratch = new ScratchStore(onDisk: true);
            VectorStoreCollection<TKey, Note<TKey>> collection = scratch.Store.GetCollection<TKey, Note<TKey>>("notes");
            await collection.EnsureCollectionExistsAsync(Stop);
            TKey[] good = [.. keys.Where(key => key is not "")];
            if (good.Length < keys.Length)
                await Assert.ThrowsAsync<ArgumentException>(() =>
                    collection.GetAsync(keys[0], cancellationToken: Stop));
            await collection.UpsertAsync(
                good.Select((key, i) => new Note<TKey> { Key = key, Number = i, Vector = new float[] { 1, i } }), Stop);
            scratch.Reopen();
            collection = scratch.Store.GetCollection<TKey, Note<TKey>>("notes");
            for (int i = 0; i < good.Length; i++)
            {
                TKey key = good[i];
                Note<TKey> read = (await collection.GetAsync(key, cancellationToken: Stop))!;
                Assert.Equal((key, i), (read.Key, read.Number));
                Note<TKey> found = await collection.GetAsync(r =>
                    r.Key.Equals(key), 5, cancellationToken: Stop).SingleAsync(Stop);
                Assert.Equal(key, found.Key);
            }
            List<Note<TKey>> some = await collection.GetAsync([good[2], good[0]],
                cancellationToken: Stop).ToListAsync(Stop);
            Assert.Equal([good[2], good[0]], some.Select(one => one.Key));
            await collection.DeleteAsync([good[0], good[0], good[1]], Stop);
            await collection.DeleteAsync(good[0], Stop);
            List<Note<TKey>> left = await collection.GetAsync(good, cancellationToken: Stop).ToListAsync(Stop);
            Assert.Equal(good[2..], left.Select(one => one.Key));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnUpsertReplacesAndABatchIsOneStep(bool onDisk)
    {
        using var scratch = new ScratchStore(onDisk);
        VectorStoreCollection<int, Note<int>> collection = scratch.Store.GetCollection<int, Note<int>>("notes");
        await collection.EnsureCollectionExistsAsync(Stop);
        Assert.Empty(await collection.SearchAsync(new float[] { 1, 2 }, 3, cancellationToken: Stop).ToListAsync(Stop));
        Assert.Empty(await collection.GetAsync(r => true, 3, cancellationToken: Stop).ToListAsync(Stop));
        await collection.UpsertAsync([], Stop);
        await collection.DeleteAsync([], Stop);
        await collection.DeleteAsync(77, Stop);
        Note<int> Make(int key, int number, params float[] vector) =>
            new() { Key = key, Number = number, Vector = vector };
        await collection.UpsertAsync([Make(1, 1, 1, 0), Make(2, 2, 0, 1), Make(1, 3, 3, 4)], Stop);
        Assert.Equal(3, (await collection.GetAsync(1, cancellationToken: Stop))!.Number);
        // One of the batch is refused: none is there.
        await Assert.ThrowsAsync<ArgumentException>(() =>
            collection.UpsertAsync([Make(5, 5, 1, 1), Make(6, 6, 1)], Stop));
        await Assert.ThrowsAsync<ArgumentException>(
            () => collection.UpsertAsync([Make(5, 5, 1, 1), Make(6, 6, 1, float.NaN)], Stop));
        Assert.Empty(await collection.GetAsync([5, 6], cancellationToken: Stop).ToListAsync(Stop));
        // The vector is given back as it was given, though the cosine is of vectors of length one.
        Note<int> read = (await collection.GetAsync(1, new() { IncludeVectors = true }, Stop))!;
        Assert.Equal([3f, 4f], read.Vector.ToArray());
        VectorSearchResult<Note<int>> hit =
            await collection.SearchAsync(new float[] { 3, 4 }, 1, new() { IncludeVectors = true }, Stop).SingleAsync(
                Stop);
        Assert.Equal([3f, 4f], hit.Record.Vector.ToArray());
        Assert.Equal(1, hit.Score!.Value, 1e-6);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => collection.SearchAsync(new float[] { 3, 4 }, 0, cancellationToken: Stop).ToListAsync(Stop).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            () => collection.SearchAsync(new float[] { 3 }, 1, cancellationToken: Stop).ToListAsync(Stop).AsTask());
    }

    [Fact]
    public async Task NullsAreRefusedByTheNameOfTheirParameter()
    {
        using var scratch = new ScratchStore(onDisk: false);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("notes");
        await collection.EnsureCollectionExistsAsync(Stop);
        async Task Refused(string name, Func<Task> call) =>
            Assert.Equal(name, (await Assert.ThrowsAnyAsync<ArgumentException>(call)).ParamName);
        await Refused("key", () => collection.GetAsync((string)null!, cancellationToken: Stop));
        await Refused("keys", () =>
            collection.GetAsync(keys: null!, cancellationToken: Stop).ToListAsync(Stop).AsTask());
        await Refused("keys", () => collection.DeleteAsync(keys: null!, Stop));
        await Refused("records", () => collection.UpsertAsync(records: null!, Stop));
        await Refused("record", () => collection.UpsertAsync(record: null!, Stop));
        await Refused("filter", () =>
            collection.GetAsync(filter: null!, 1, cancellationToken: Stop).ToListAsync(Stop).AsTask());
    }

    [Fact]
    public async Task KeysAreGenerated()
    {
        using var scratch = new ScratchStore(onDisk: false);
        VectorStoreCollection<Guid, Note<Guid>> collection = scratch.Store.GetCollection<Guid, Note<Guid>>("notes");
        await collection.EnsureCollectionExistsAsync(Stop);
        Note<Guid>[] notes = [.. Enumerable.Range(0, 3).Select(i =>
            new Note<Guid> { Number = i, Vector = new float[] { 1, i } })];
        notes[2].Key = new Guid(7, 0, 0, new byte[8]);
        await collection.UpsertAsync(notes, Stop);
        Assert.Equal(3, notes.Select(one => one.Key).Distinct().Count());
        Assert.Equal(new Guid(7, 0, 0, new byte[8]), notes[2].Key);
        foreach (Note<Guid> note in notes)
            Assert.Equal(note.Number, (await collection.GetAsync(note.Key, cancellationToken: Stop))!.Number);
    }

    [Fact]
    public void MetadataAndServicesAreThere()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<int, Note<int>> collection = scratch.Store.GetCollection<int, Note<int>>("notes");
        var store = (VectorStoreMetadata)scratch.Store.GetService(typeof(VectorStoreMetadata))!;
        var own = (VectorStoreCollectionMetadata)collection.GetService(typeof(VectorStoreCollectionMetadata))!;
        Assert.Equal(("sextant", scratch.Folder), (store.VectorStoreSystemName, store.VectorStoreName));
        Assert.Equal(("sextant", scratch.Folder, "notes"),
            (own.VectorStoreSystemName, own.VectorStoreName, own.CollectionName));
        Assert.Same(collection, collection.GetService(typeof(IKeywordHybridSearchable<Note<int>>)));
        Assert.Same(scratch.Store, scratch.Store.GetService(typeof(SextantVectorStore)));
        Assert.Null(collection.GetService(typeof(string)));
        Assert.Null(collection.GetService(typeof(VectorStoreMetadata), "key"));
    }

    [Fact]
    public async Task DynamicCollectionsHaveTheSameRecords()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<int, Note<int>> typed = scratch.Store.GetCollection<int, Note<int>>("notes");
        await typed.EnsureCollectionExistsAsync(Stop);
        await typed.UpsertAsync(new Note<int> { Key = 1, Number = 10, Vector = new float[] { 1, 0 } }, Stop);
        VectorStoreCollection<object, Dictionary<string, object?>> dynamic = scratch.Store.GetDynamicCollection(
            "notes",
            new VectorStoreCollectionDefinition
            {
                Properties =
                [
                    new VectorStoreKeyProperty("Key", typeof(int)) { StorageName = "id" },
                    new VectorStoreDataProperty("Number", typeof(int?)) { StorageName = "n" },
                    new VectorStoreDataProperty("More", typeof(List<string>)),
                    new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>?), 2),
                ],
            });
        await dynamic.UpsertAsync(
            new Dictionary<string, object?>
            {
                ["Key"] = 2,
                ["Number"] = null,
                ["More"] = new List<string> { "a" },
                ["Vector"] = new ReadOnlyMemory<float>([0, 1])
            },
            Stop);
        await dynamic.UpsertAsync(new Dictionary<string, object?> { ["Key"] = 3, ["Number"] = 30 }, Stop);
        Dictionary<string, object?> first = (await dynamic.GetAsync(1, new() { IncludeVectors = true }, Stop))!;
        Assert.Equal((1, 10, null), (first["Key"], first["Number"], first["More"]));
        Assert.Equal([1f, 0f], ((ReadOnlyMemory<float>)first["Vector"]!).ToArray());
        async Task Found(int[] keys, System.Linq.Expressions.Expression<Func<Dictionary<string, object?>,
            bool>> filter) =>
            Assert.Equal(keys.Cast<object>(), await dynamic.GetAsync(
                filter, 9, new() { OrderBy = o => o.Ascending(r => r["Key"]) }, Stop).Select(one =>
                    one["Key"]!).ToListAsync(Stop));
        await Found([1], r => (int)r["Number"]! == 10);
        await Found([2], r => r["Number"] == null);
        await Found([2], r => ((List<string>)r["More"]!).Contains("a"));
        await Found([1, 3], r => new[] { 10, 30 }.Contains((int)r["Number"]!));
        await Found([2, 3], r => !((int)r["Number"]! < 20));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Found([], r => r["Nothing"] == null));
        await Assert.ThrowsAsync<ArgumentException>(() => dynamic.GetAsync("1", cancellationToken: Stop));
        await Assert.ThrowsAsync<InvalidCastException>(
            () => dynamic.UpsertAsync(new Dictionary<string, object?> { ["Key"] = 4, ["Number"] = "x" }, Stop));
        Assert.Equal(2, (await dynamic.SearchAsync(new float[] { 0, 1 }, 5, cancellationToken: Stop).ToListAsync(
            Stop)).Count);
        Assert.Equal(10, (await typed.GetAsync(1, cancellationToken: Stop))!.Number);
    }

    [Fact]
    public async Task RecordsNeedNoVector()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<object, Dictionary<string, object?>> collection = scratch.Store.GetDynamicCollection(
            "bare",
            new VectorStoreCollectionDefinition
            {
                Properties = [new VectorStoreKeyProperty("Key", typeof(string)),
                    new VectorStoreDataProperty("Text", typeof(string))],
            });
        await collection.EnsureCollectionExistsAsync(Stop);
        await collection.UpsertAsync(new Dictionary<string, object?> { ["Key"] = "a", ["Text"] = "b" }, Stop);
        Assert.Equal("b", (await collection.GetAsync("a", new() { IncludeVectors = true }, Stop))!["Text"]);
        Assert.Single(await collection.GetAsync(r =>
            r["Text"] == (object)"b", 2, cancellationToken: Stop).ToListAsync(Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => collection.SearchAsync(new float[] { 1 }, 1, cancellationToken: Stop).ToListAsync(Stop).AsTask());
    }
}
