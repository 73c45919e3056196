using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>Random records are found, filtered and ordered as LINQ over the records themselves does it.</summary>
public sealed class BruteForceTests
{
    private static readonly int s_static = 2;
    private readonly int _field = 1;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Expression<Func<Item, bool>>[] Filters()
    {
        int one = 1;
        int? none = null;
        string? noText = null;
        string[] words = ["alpha", "z😀", "nowhere"];
        var list = new List<int> { -1, 3 };
        string?[] withNull = ["beta", null];
        var moment = new DateTimeOffset(2024, 1, 4, 0, 0, 0, TimeSpan.FromHours(1));
        var holder = new { Inner = new { Value = 2L } };
        return
        [
            r => true, r => false, r => r.Flag, r => !r.Flag, r => r.Flag == false, r => r.MaybeFlag == true,
            r => r.MaybeFlag != true, r => r.MaybeFlag == null, r => r.MaybeFlag != null,
            r => r.Text == "alpha", r => r.Text != "alpha", r => r.Text == null, r => r.Text != null,
            r => r.Text == noText, r => r.Text != noText, r => "beta" == r.Text, r => r.Text == "",
            r => r.Int == 1, r => r.Int == one, r => r.Int == _field, r => r.Int == s_static, r => 1 > r.Int,
            r => r.Int != one, r => r.Int < one, r => r.Int <= one, r => r.Int > one, r => r.Int >= one,
            r => r.MaybeInt == 2, r => r.MaybeInt != 2, r => r.MaybeInt == none, r => r.MaybeInt != none,
            r => r.MaybeInt < 2, r => !(r.MaybeInt < 2), r => r.MaybeInt >= none, r => r.MaybeInt.HasValue,
            r => r.Byte > 100, r => r.Short == 3, r => r.Short == (short)one, r => r.Long == holder.Inner.Value,
            r => r.Long > int.MaxValue, r => r.Long >= long.MinValue, r => r.Long == long.MaxValue,
            r => r.Float == 0.1f, r => r.Float > 0.1, r => r.Float == 0.1, r => r.Double == 0.1, r => r.Double != 0.1,
            r => r.Double < 1, r => r.Double == double.NaN, r => r.Double != double.NaN, r => !(r.Double >= 0),
            r => r.Int == 0.5, r => r.Int > 0.5, r => r.Int < 1e300,
            r => r.Price == 0.5m, r => r.Price == 0.50m, r => r.Price < 0, r => r.Price > 0m, r => r.Price <= -1.5m,
            r => r.Price == null, r => r.Price != 1m, r => r.Price > 79228162514264337593543950334m,
            r => r.Id == new Guid(1, 0, 0, new byte[8]), r => r.Id != Guid.Empty,
            r => r.Time == new DateTime(2024, 1, 2, 1, 0, 0), r => r.Time > new DateTime(2024, 1, 5),
            r => r.Moment < moment, r => r.Moment >= moment.AddDays(1), r => r.Moment == null, r => r.Moment != moment,
            r => r.Day == new DateOnly(2024, 1, 3), r => r.Day < new DateOnly(2024, 1, 5), r =>
                r.Hour > new TimeOnly(1, 0),
            r => words.Contains(r.Text), r => !words.Contains(r.Text), r => new[] { -2, 4 }.Contains(r.Int),
            r => list.Contains(r.Int), r => withNull.Contains(r.Text), r => Array.Empty<string>().Contains(r.Text),
            r => r.Tags != null && r.Tags.Contains("alpha"), r => r.Tags != null && !r.Tags.Contains("alpha"),
            r => r.Tags == null, r => r.Numbers != null && r.Numbers.Contains(3),
            r => r.Longs != null && r.Longs.Contains(long.MinValue), r => r.Floats != null && r.Floats.Contains(0.1f),
            r => r.Doubles != null && r.Doubles.Contains(0.1),
            r => r.Tags != null && r.Tags.Any(tag => words.Contains(tag)),
            r => (r.Flag && r.Int > 0) || (r.Text == null && !(r.Long < 0)),
            r => !(r.Flag || r.Int == one) && (r.MaybeInt > 0 || r.Price == null),
            r => !(r.Flag && (r.Text == "beta" || r.MaybeInt != 3)), r => r.Flag & r.Int > 0 | r.Short < 0,
            r => r.Key == "k7", r => r.Key != "k7", r => r.Text!.Equals("alpha"), r => r.Int.Equals(one),
        ];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FiltersAcceptWhatLinqAccepts(bool onDisk)
    {
        using var scratch = new ScratchStore(onDisk);
        Dictionary<string, Item> items = await Fill(scratch);
        for (int round = 0; round < (onDisk ? 2 : 1); round++)
        {
            VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
            int some = 0;
            Expression<Func<Item, bool>>[] filters = Filters();
            foreach (Expression<Func<Item, bool>> filter in filters)
            {
                Func<Item, bool> holds = Safe(filter);
                string[] expected = [.. items.Values.Where(holds).Select(one => one.Key).Order()];
                some += expected.Length > 0 && expected.Length < items.Count ? 1 : 0;
                List<Item> found = await collection.GetAsync(filter, 10_000, cancellationToken: Stop).ToListAsync(Stop);
                Assert.True(
                    expected.SequenceEqual(found.Select(one => one.Key).Order()),
                    $"{filter}: {expected.Length} expected, {found.Count} found");
                string[] near = [.. items.Values.Where(one => one.Vector is not null).Where(holds).Select(one =>
                    one.Key).Order()];
                List<VectorSearchResult<Item>> hits = await collection.SearchAsync(
                    new float[] { 1, 2, 3 }, 10_000, new() { Filter = filter }, Stop).ToListAsync(Stop);
                Assert.Equal(near, hits.Select(one => one.Record.Key).Order());
            }
            Assert.True(some > filters.Length / 2, $"only {some} of {filters.Length} filters say anything");
            if (onDisk)
                scratch.Reopen();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryPropertyIsReadAsItWasWritten(bool onDisk)
    {
        using var scratch = new ScratchStore(onDisk);
        Dictionary<string, Item> items = await Fill(scratch);
        if (onDisk)
            scratch.Reopen();
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        foreach (bool withVectors in (bool[])[false, true])
        {
            foreach (Item item in items.Values)
            {
                Item.AssertSame(
                    item, await collection.GetAsync(item.Key, new() { IncludeVectors = withVectors }, Stop),
                        withVectors);
            }
        }
    }

    [Fact]
    public async Task NearestAreThoseOfTheDefinitionInDoubles()
    {
        using var scratch = new ScratchStore(onDisk: false);
        Dictionary<string, Item> items = await Fill(scratch);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        float[] query = [0.3f, -0.2f, 0.9f];
        double Cosine(Item item)
        {
            float[] vector = item.Vector!.Value.ToArray();
            double Length(float[] one) => Math.Sqrt(one.Sum(x => (double)x * x));
            return vector.Zip(query, (a, b) => (double)a * b).Sum() / (Length(vector) * Length(query));
        }
        double[] expected = [.. items.Values.Where(one =>
            one.Vector is not null && one.Int > 0).Select(Cosine).OrderDescending()];
        List<VectorSearchResult<Item>> found = await collection.SearchAsync(
            query, 20, new() { Filter = r => r.Int > 0, Skip = 5 }, Stop).ToListAsync(Stop);
        Assert.Equal(20, found.Count);
        for (int i = 0; i < found.Count; i++)
        {
            Assert.Equal(expected[i + 5], found[i].Score!.Value, 5e-7);
            Assert.Equal(Cosine(items[found[i].Record.Key]), found[i].Score!.Value, 5e-7);
        }
    }

    [Fact]
    public async Task OrdersAreLinqs()
    {
        using var scratch = new ScratchStore(onDisk: false);
        Dictionary<string, Item> items = await Fill(scratch);
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        async Task Check(
            IEnumerable<Item> expected,
            Func<FilteredRecordRetrievalOptions<Item>.OrderByDefinition,
                FilteredRecordRetrievalOptions<Item>.OrderByDefinition> order)
        {
            List<Item> found = await collection.GetAsync(
                r => r.Flag, 30, new() { OrderBy = order, Skip = 10 }, Stop).ToListAsync(Stop);
            Assert.Equal(expected.Skip(10).Take(30).Select(one => one.Key), found.Select(one => one.Key));
        }
        Item[] some = [.. items.Values.Where(one => one.Flag)];
        await Check(some.OrderBy(one => one.Text, StringComparer.Ordinal).ThenByDescending(one =>
            one.Key, StringComparer.Ordinal),
            o => o.Ascending(r => r.Text).Descending(r => r.Key));
        await Check(some.OrderByDescending(one => one.Double).ThenBy(one => one.Price).ThenBy(one =>
            one.Key, StringComparer.Ordinal),
            o => o.Descending(r => r.Double).Ascending(r => r.Price).Ascending(r => r.Key));
        await Check(some.OrderBy(one => one.Moment).ThenBy(one => one.MaybeFlag).ThenBy(one =>
            one.Key, StringComparer.Ordinal),
            o => o.Ascending(r => r.Moment).Ascending(r => r.MaybeFlag).Ascending(r => r.Key));
        await Assert.ThrowsAsync<NotSupportedException>(() => Check(some, o => o.Ascending(r => r.Tags)));
        await Assert.ThrowsAsync<NotSupportedException>(() => Check(some, o => o.Ascending(r => r.Vector)));
    }

    // Three batches, in which keys are repeated, and some are deleted.
    private static async Task<Dictionary<string, Item>> Fill(ScratchStore scratch)
    {
        var random = new Random(20);
        var items = new Dictionary<string, Item>();
        VectorStoreCollection<string, Item> collection = scratch.Store.GetCollection<string, Item>("items");
        await collection.EnsureCollectionExistsAsync(Stop);
        for (int batch = 0; batch < 3; batch++)
        {
            Item[] some = [.. Enumerable.Range(0, 120).Select(_ => Item.Random(random, $"k{random.Next(250)}"))];
            foreach (Item item in some)
                items[item.Key] = item;
            await collection.UpsertAsync(some, Stop);
            string[] gone = [.. items.Keys.Take(5)];
            foreach (string key in gone)
                items.Remove(key);
            await collection.DeleteAsync(gone, Stop);
        }
        return items;
    }

    // C# compares a null with Equals by throwing; here it is unlike everything.
    private static Func<Item, bool> Safe(Expression<Func<Item, bool>> filter)
    {
        Func<Item, bool> compiled = filter.Compile();
        return item =>
        {
            try
            {
                return compiled(item);
            }
            catch (NullReferenceException)
            {
                return false;
            }
        };
    }
}
