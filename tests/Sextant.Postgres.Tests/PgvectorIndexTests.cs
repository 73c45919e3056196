using System.Text;
using Npgsql;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Postgres.Tests;

/// <summary>pgvector's types, rows by INSERT: PGlite takes no COPY over its socket.</summary>
public sealed class PgvectorIndexTests(PgliteServer server) : IndexContract
{
    private protected override PostgresOptions Options { get; } =
        new() { Types = PostgresTypes.Pgvector, UsesCopy = false };

    [Theory]
    [InlineData("Binary+Float16+Cosine")]
    [InlineData("Float32++Dot")]
    [InlineData("Float32++SquaredDistance")]
    [InlineData("Float16++Cosine")]
    public Task TheGraphIsUsed(string name) => With(async source =>
    {
        IndexDefinition definition = SomeDocuments.Definition(name);
        using VectorIndex index = SomeDocuments.Index(definition, SomeDocuments.Documents(600, 11));
        using IndexReader reader = index.Read();
        PostgresIndex there = await PostgresIndex.CreateAsync(
            source, Name, reader, Options with { Hnsw = true }, Ending);
        var graph = new PostgresSearch { FirstStage = FirstStage.Hnsw, Oversampling = 8 };
        int same = 0;
        for (int i = 0; i < 10; i++)
        {
            float[] query = SomeDocuments.Vectors(1, 80 + i);
            Hit[] expected = new Hit[10];
            Assert.Equal(
                10, reader.Search(query, expected, SomeDocuments.Options(definition) with { Oversampling = 8 }));
            var all = Hits(reader, expected);
            foreach (ScoredBy by in Enum.GetValues<ScoredBy>())
            {
                var hits = await there.SearchAsync(query, 10, graph with { ScoredBy = by }, Ending);
                Assert.Equal(10, hits.Count);
                same += hits.Count(hit => all.Any(one => one.Item1 == hit.Key && one.Item2 == hit.Number));
            }
        }
        Assert.InRange(same, 170, 200); // of 200: a graph may miss some
        PostgresIndex opened = await PostgresIndex.OpenAsync(source, Name, cancellation: Ending);
        var german = graph with { Filter = IndexFilter.Parse("lang=de", "year=2004") };
        Hit[] few = new Hit[10];
        int count = reader.Search(
            SomeDocuments.Vectors(1, 80), few,
            SomeDocuments.Options(definition) with { Allowed = reader.Where(german.Filter), Oversampling = 8 });
        var filtered = Hits(await opened.SearchAsync(SomeDocuments.Vectors(1, 80), 10, german, Ending));
        Assert.Equal(10, filtered.Count);
        Assert.InRange(filtered.Intersect(Hits(reader, few.AsSpan(0, count))).Count(), 8, 10);
        string plan = await PlanAsync(source, definition);
        Assert.True(plan.Contains("Index Scan using \"an \"\"index\"\" of é_graph\"", StringComparison.Ordinal), plan);
        await Assert.ThrowsAsync<UnsupportedRequestException>(
            () => there.SearchAsync(SomeDocuments.Vectors(1, 1), 200, graph, Ending));
    });

    [Fact]
    public Task AGraphOfWhatPgvectorHasNoneForIsRefused() => With(async source =>
    {
        foreach (PostgresOptions options in (PostgresOptions[])[
            Options with { Hnsw = true }, new() { Hnsw = true, UsesCopy = false }])
        {
            IndexDefinition definition = SomeDocuments.Definition(
                options.Types == PostgresTypes.Pgvector ? "Product++Dot" : "Binary+Float16+Dot");
            await Assert.ThrowsAsync<ArgumentException>(
                () => PostgresIndex.CreateAsync(source, Name, definition, options, Ending));
        }
    });

    private protected override async Task With(Func<NpgsqlDataSource, Task> test)
    {
        using PgliteServer.Lease lease = await server.TakeAsync();
        await DropAsync(lease.Source);
        await test(lease.Source);
    }

    // What the planner makes of the statement that a search sends, with the setting of a search.
    private static async Task<string> PlanAsync(NpgsqlDataSource source, IndexDefinition definition)
    {
        var table = new IndexTable(Name, definition, PostgresTypes.Pgvector);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Ending);
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "set enable_sort = off";
        await command.ExecuteNonQueryAsync(Ending);
        float[] query = SomeDocuments.Vectors(1, 1);
        byte[] code = new byte[table.Codes.Layout.RowBytes];
        table.Codes.Encode(query, code);
        command.CommandText = "explain " + new CandidateSql(
            table, new PostgresSearch { FirstStage = FirstStage.Hnsw }, "true", command.Parameters)
            .ForLibrary(code, query, 40);
        var plan = new StringBuilder();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Ending);
        while (await reader.ReadAsync(Ending))
            plan.AppendLine(reader.GetString(0));
        return plan.ToString();
    }
}
