using Npgsql;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Postgres.Tests;

/// <summary>What an index in PostgreSQL must do, with any types.</summary>
public abstract class IndexContract
{
    private protected abstract PostgresOptions Options { get; }

    private protected static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static TheoryData<string> Definitions => [.. SomeDocuments.Definitions];

    [Theory]
    [MemberData(nameof(Definitions))]
    public Task EveryCodeComesBackAsItWas(string name) => With(async source =>
    {
        IndexDefinition definition = SomeDocuments.Definition(name, keepsTerms: true);
        using VectorIndex index = SomeDocuments.Index(definition, SomeDocuments.Documents(40, 1, keepsTerms: true));
        index.Delete("key 1");
        index.Commit();
        using IndexReader before = index.Read();
        await PostgresIndex.CreateAsync(source, Name, before, Options, Ending);

        PostgresIndex opened = await PostgresIndex.OpenAsync(source, Name, definition.Properties, cancellation: Ending);
        Assert.Equal(Options.Types, opened.Types);
        Assert.Equal(before.Count, await opened.CountAsync(Ending));
        using VectorIndex copy = VectorIndex.Create(opened.Definition);
        Assert.Equal(before.Count, await opened.CopyToAsync(copy, Ending));
        copy.Commit();
        using IndexReader after = copy.Read();
        Assert.Equal(DefinitionBody.Write(before.Definition), DefinitionBody.Write(after.Definition));
        Assert.Equal(
            before.EncodedDocuments().Select(SomeDocuments.Text), after.EncodedDocuments().Select(SomeDocuments.Text));

        float[] query = SomeDocuments.Vectors(1, 5);
        Hit[] expected = new Hit[9], found = new Hit[9];
        Assert.Equal(before.Search(query, expected), after.Search(query, found));
        Assert.Equal(
            expected.Select(hit => (before.Key(hit.Id), before.Number(hit.Id), hit.Score)),
            found.Select(hit => (after.Key(hit.Id), after.Number(hit.Id), hit.Score)));
        Assert.Equal(before.SearchTerms(["a", "term 1"], expected), after.SearchTerms(["a", "term 1"], found));
        Assert.Equal(expected.Select(hit => hit.Score), found.Select(hit => hit.Score));
    });

    [Theory]
    [MemberData(nameof(Definitions))]
    public Task HitsAreThoseOfTheLibrary(string name) => With(async source =>
    {
        IndexDefinition definition = SomeDocuments.Definition(name);
        using VectorIndex index = SomeDocuments.Index(definition, SomeDocuments.Documents(300, 2));
        using IndexReader reader = index.Read();
        PostgresIndex there = await PostgresIndex.CreateAsync(source, Name, reader, Options, Ending);
        if (!SomeDocuments.IsSearched(definition, Options.Types))
        {
            await Assert.ThrowsAsync<UnsupportedRequestException>(
                () => there.SearchAsync(SomeDocuments.Vectors(1, 50), 3, cancellation: Ending));
            return;
        }
        for (int i = 0; i < 6; i++)
        {
            // The last one is a vector that is there several times: equal distances and equal scores.
            float[] query = i < 5 ? SomeDocuments.Vectors(1, 50 + i)
                : SomeDocuments.Documents(300, 2)[1].Vectors[..SomeDocuments.Dimensions].ToArray();
            foreach (int k in (int[])[1, 10, 400])
            {
                Hit[] expected = new Hit[k];
                int count = reader.Search(query, expected, SomeDocuments.Options(definition));
                IReadOnlyList<PostgresHit> found = await there.SearchAsync(query, k, cancellation: Ending);
                Assert.Equal(Hits(reader, expected.AsSpan(0, count)), Hits(found));
            }
        }
    });

    [Fact]
    public Task FiltersAndLimitsAreThoseOfTheLibrary() => With(async source =>
    {
        IndexDefinition definition = SomeDocuments.Definition("Binary+Float16+Dot");
        using VectorIndex index = SomeDocuments.Index(definition, SomeDocuments.Documents(200, 3));
        using IndexReader reader = index.Read();
        PostgresIndex there = await PostgresIndex.CreateAsync(source, Name, reader, Options, Ending);
        float[] query = SomeDocuments.Vectors(1, 9);
        string[][] filters =
        [
            [], ["year=2003"], ["year!=2003"], ["year>2002", "year<=2006"], ["lang=de"], ["lang!=de"], ["lang>de"],
            ["lang=en'\"\\"], ["lang in (de, fr)", "year in (2001, 2004)"], ["größe 1>=9223372036854775700"], ["lang="],
            ["price=0"], ["price!=0.1"], ["price>1e299"], ["price<=2003"], ["price>2002.5"],
            ["price=1152921504606846976"],
            ["price<1152921504606846977"], ["price>1152921504606846975"], ["price in (0.1, NaN, -2.5)"], ["price=NaN"],
            ["price!=NaN"], ["price<NaN"], ["price=Infinity"], ["price>-Infinity"], ["is new=true"],
            ["is new!=true"], ["is new in (true, false)"], ["tags contains é𝄞"], ["tags exists"], ["tags missing"],
            ["years contains -9223372036854775808"], ["years contains 17"], ["prices contains 0"],
            ["prices contains NaN"],
            ["prices contains Infinity"], ["prices contains 1152921504606846976"], ["prices contains 0.1"],
            ["not (price>1) and ((lang=de) or not (tags contains a))", "(year=2001) or (year>2004)"],
        ];
        foreach (IndexFilter filter in filters.Select(IndexFilter.Parse).Concat(Made()))
        {
            foreach (float min in (float[])[float.NegativeInfinity, 0.5f])
            {
                Hit[] expected = new Hit[15];
                int count = reader.Search(query, expected, new SearchOptions
                {
                    Allowed = reader.Where(filter),
                    MinScore = min,
                    Oversampling = 2,
                    QueryBits = 1,
                });
                var search = new PostgresSearch
                {
                    Filter = filter,
                    MinScore = min,
                    Oversampling = 2,
                    WithPayloads = true,
                };
                IReadOnlyList<PostgresHit> found = await there.SearchAsync(query, 15, search, Ending);
                Assert.Equal(Hits(reader, expected.AsSpan(0, count)), Hits(found));
                for (int i = 0; i < count; i++)
                    Assert.Equal(reader.Payload(expected[i].Id).ToArray(), found[i].Payload!.Value.ToArray());
            }
        }
        foreach (string wrong in (string[])["colour=red", "year=x", "tags=a", "is new>true", "lang contains e"])
        {
            var search = new PostgresSearch { Filter = IndexFilter.Parse(wrong) };
            var here = Assert.Throws<ArgumentException>(() => reader.Where(search.Filter));
            var theirs = await Assert.ThrowsAsync<ArgumentException>(() => there.SearchAsync(query, 3, search, Ending));
            Assert.Equal(here.Message.Split(';')[0], theirs.Message.Split(';')[0]);
        }
    });

    [Fact]
    public Task WritesAreThoseOfTheLibrary() => With(async source =>
    {
        IndexDefinition definition = SomeDocuments.Definition("Binary+Float16+Cosine", keepsTerms: true);
        List<IndexDocument> first = SomeDocuments.Documents(60, 4, true), second = SomeDocuments.Documents(25, 5, true);
        second.Add(second[4] with { Attributes = [new("year", 1)] }); // twice: the last one stays
        using VectorIndex index = SomeDocuments.Index(definition, [.. first, .. second]);
        string[] gone = [first[7].Key, first[30].Key, "not there"];
        foreach (string key in gone)
            index.Delete(key);
        index.Commit();
        using IndexReader reader = index.Read();

        PostgresIndex there = await PostgresIndex.CreateAsync(source, Name, definition, Options, Ending);
        Assert.Equal(first.Sum(Passages), await there.UpsertAsync(first, Ending));
        Assert.Equal(second.Sum(Passages) - Passages(second[4]), await there.UpsertAsync(second, Ending));
        Assert.Equal(Passages(second[7]) + Passages(first[30]), await there.DeleteAsync(gone, Ending));
        Assert.Equal(reader.Count, await there.CountAsync(Ending));
        using VectorIndex copy = VectorIndex.Create(definition);
        await there.CopyToAsync(copy, Ending);
        copy.Commit();
        using IndexReader after = copy.Read();
        Assert.Equal(
            reader.EncodedDocuments().Select(SomeDocuments.Text), after.EncodedDocuments().Select(SomeDocuments.Text));
        float[] query = SomeDocuments.Vectors(1, 6);
        Hit[] expected = new Hit[20];
        int count = reader.Search(query, expected, SomeDocuments.Options(definition));
        Assert.Equal(
            Hits(reader, expected.AsSpan(0, count)), Hits(await there.SearchAsync(query, 20, cancellation: Ending)));

        // All of another index, over what is there.
        using VectorIndex other = SomeDocuments.Index(definition, first);
        using IndexReader others = other.Read();
        Assert.Equal(others.Count, await there.UpsertAsync(others, Ending));
        Assert.Equal(others.Count, await there.CountAsync(Ending));
    });

    [Theory]
    [InlineData("Binary+Float32+Dot")]
    [InlineData("Binary+Float32+Cosine")]
    [InlineData("Binary+Float32+SquaredDistance")]
    [InlineData("Float32++Dot")]
    [InlineData("Binary+Float16+Dot")]
    [InlineData("Binary+Float16+SquaredDistance")]
    public Task ServersScoreInOneStatement(string name) => With(async source =>
    {
        IndexDefinition definition = SomeDocuments.Definition(name);
        using VectorIndex index = SomeDocuments.Index(definition, SomeDocuments.Documents(200, 8));
        using IndexReader reader = index.Read();
        PostgresIndex there = await PostgresIndex.CreateAsync(source, Name, reader, Options, Ending);
        var byServer = new PostgresSearch { ScoredBy = ScoredBy.Server, WithPayloads = true };
        float[] query = SomeDocuments.Vectors(1, 10);
        if (name.Contains("Float16", StringComparison.Ordinal) && Options.Types == PostgresTypes.Plain)
        {
            await Assert.ThrowsAsync<UnsupportedRequestException>(() => there.SearchAsync(query, 8, byServer, Ending));
            return;
        }
        Hit[] expected = new Hit[8];
        Assert.Equal(8, reader.Search(query, expected, SomeDocuments.Options(definition)));
        IReadOnlyList<PostgresHit> found = await there.SearchAsync(query, 8, byServer, Ending);
        for (int i = 0; i < 8; i++)
        {
            // Sums of 44 products below one, in single precision and another order: 44 roundings of 2⁻²⁴ of up to 44.
            Assert.Equal(expected[i].Score, found[i].Score, 1.2e-4f);
            Assert.Equal(reader.Payload(expected[i].Id).ToArray(), found[i].Payload!.Value.ToArray());
            Assert.Equal(reader.Key(expected[i].Id), found[i].Key);
        }
    });

    // Conditions that are made by calls: attributes that are not there are missing in all documents.
    private static IEnumerable<IndexFilter> Made() =>
    [
        IndexFilter.And(), IndexFilter.Or(),
        IndexFilter.Exists("nothing"), IndexFilter.Not(IndexFilter.Exists("nothing")),
        IndexFilter.Not(IndexFilter.Where(IndexComparison.NotEqual, new("nothing", 1L))),
        IndexFilter.Not(IndexFilter.Contains(new("nothing", "a"))),
        IndexFilter.Where(IndexComparison.GreaterOrEqual, new("year", 2003.5)),
        IndexFilter.In(new("price", 0.1), new("price", 2003L), new("price", double.NaN)),
        IndexFilter.Or(
            IndexFilter.Contains(new("years", 4.0)), IndexFilter.Where(IndexComparison.Less, new("lang", "e"))),
    ];

    private protected abstract Task With(Func<NpgsqlDataSource, Task> test);

    private protected const string Name = "an \"index\" of é";

    private protected static async Task DropAsync(NpgsqlDataSource source)
    {
        await using NpgsqlCommand command = source.CreateCommand(
            $"drop table if exists {IndexTable.Quoted(Name)}; drop table if exists {IndexTable.Indexes}");
        await command.ExecuteNonQueryAsync(Ending);
    }

    private protected static List<(string, int, float)> Hits(IReadOnlyList<PostgresHit> found) =>
        [.. found.Select(hit => (hit.Key, hit.Number, hit.Score))];

    private protected static List<(string, int, float)> Hits(IndexReader reader, ReadOnlySpan<Hit> hits)
    {
        var all = new List<(string, int, float)>();
        foreach (Hit hit in hits)
            all.Add((reader.Key(hit.Id), reader.Number(hit.Id), hit.Score));
        return all;
    }

    private static long Passages(IndexDocument document) => document.Vectors.Length / SomeDocuments.Dimensions;
}
