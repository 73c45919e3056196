using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>What cannot be asked is refused and named.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static int Twice(int value) => 2 * value;

    public static TheoryData<Expression<Func<Item, bool>>, string> Refused() => new()
    {
        { r => r.Text!.StartsWith("a", StringComparison.Ordinal), "StartsWith" },
        { r => r.Text!.Length == 3, "r.Text.Length" },
        { r => r.Int == r.Short, "r.Short" },
        { r => r.Int + 1 == 2, "r.Int + 1" },
        { r => Twice(r.Int) == 2, "Twice" },
        { r => r.Tags == new[] { "a" }, "r.Tags" },
        { r => r.Tags!.Any(tag => tag.StartsWith('a')), "Any" },
        { r => r.Tags!.Any(), "Any" },
        { r => string.CompareOrdinal(r.Text, "a") < 0, "Compare" },
        { r => r.Moment!.Value.Year == 2024, "Year" },
        { r => r.Long == 1.5, "r.Long" }, // C# would round the property
        { r => r.Flag ^ true, "r.Flag" },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task AnExpressionThatIsNotTranslatedIsNamed(Expression<Func<Item, bool>> filter, string named)
    {
        using var scratch = new ScratchStore(onDisk: false);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(
            () => collection.GetAsync(filter, 1, cancellationToken: Stop).ToListAsync(Stop).AsTask());
        Assert.Contains(named, refused.Message);
        await Assert.ThrowsAsync<NotSupportedException>(() => collection.SearchAsync(
            new float[] { 1, 2, 3 }, 1, new() { Filter = filter }, Stop).ToListAsync(Stop).AsTask());
    }

    [Fact]
    public async Task ACallWithoutTheRecordIsAValue()
    {
        using var scratch = new ScratchStore(onDisk: false);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        await collection.UpsertAsync(new Item { Key = "a", Int = 6 }, Stop);
        Assert.Single(await collection.GetAsync(r => r.Int == Twice(3), 9, cancellationToken: Stop).ToListAsync(Stop));
        int? none = null;
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => collection.GetAsync(r =>
                r.Int == none!.Value, 9, cancellationToken: Stop).ToListAsync(Stop).AsTask());
    }

    [Fact]
    public async Task ValuesThatAreNotKeptAreRefusedAndNothingIsChanged()
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        Item[] bad =
        [
            new() { Key = "bad", Long = long.MinValue }, new() { Key = "bad", Tags = ["a", null!] },
            new() { Key = "bad", Text = "\uD800" }, new() { Key = "\uDC00" }, new() { Key = "" },
            new() { Key = "bad", Vector = new float[] { 1, 2 } },
        ];
        foreach (Item one in bad)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(
                () => collection.UpsertAsync([new Item { Key = "good" }, one], Stop));
        }
        Assert.Empty(await collection.GetAsync(r => true, 9, cancellationToken: Stop).ToListAsync(Stop));
        await collection.UpsertAsync(new Item { Key = "good" }, Stop);
        Assert.Single(await collection.GetAsync(r => true, 9, cancellationToken: Stop).ToListAsync(Stop));
    }
}
