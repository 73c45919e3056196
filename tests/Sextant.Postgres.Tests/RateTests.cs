using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Postgres.Tests;

/// <summary>
/// Many rows on loopback: how fast they are written is printed, and that answers are the library's is required.
/// bench/check/postgres.sh runs it with 100,000 rows.
/// </summary>
[Collection("one index at a time")]
public sealed class RateTests(DebianServer server, ITestOutputHelper output)
{
    private const int Dimensions = 384;
    private const int Queries = 100;
    private const string Name = "rates";

    private static readonly int s_rows = int.Parse(
        Environment.GetEnvironmentVariable("SEXTANT_POSTGRES_ROWS") ?? "5000", CultureInfo.InvariantCulture);

    private static readonly IndexDefinition s_definition = new() { Dimensions = Dimensions, Metric = Metric.Cosine };

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyRowsAreWrittenAndFound()
    {
        NpgsqlDataSource source = server.Source;
        float[] vectors = Vectors(s_rows, 1), queries = Vectors(Queries, 2);
        using VectorIndex local = VectorIndex.Create(s_definition);
        foreach (IndexDocument one in Documents(vectors))
            local.Upsert(one);
        local.Commit();
        using IndexReader reader = local.Read(threads: 1);
        await DropAsync(source);

        PostgresIndex index = await PostgresIndex.CreateAsync(source, Name, s_definition, cancellation: Ending);
        long start = Stopwatch.GetTimestamp();
        await index.UpsertAsync(Documents(vectors), Ending);
        Print("floats encoded and written", start);
        await index.DropAsync(Ending);
        start = Stopwatch.GetTimestamp();
        index = await PostgresIndex.CreateAsync(source, Name, reader, cancellation: Ending);
        Print("an index written as it is encoded", start);

        var hits = new Hit[10];
        TimeSpan took = TimeSpan.Zero;
        for (int i = 0; i < Queries; i++)
        {
            ReadOnlyMemory<float> query = queries.AsMemory(i * Dimensions, Dimensions);
            start = Stopwatch.GetTimestamp();
            IReadOnlyList<PostgresHit> found = await index.SearchAsync(query, hits.Length, cancellation: Ending);
            took += Stopwatch.GetElapsedTime(start);
            int count = reader.Search(query.Span, hits, new SearchOptions { QueryBits = 1 });
            Assert.Equal(
                hits[..count].Select(hit => (reader.Key(hit.Id), hit.Score)),
                found.Select(hit => (hit.Key, hit.Score)));
        }
        double each = took.TotalMilliseconds / Queries;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Queries} queries, ten hits each: the library's, bit for bit; {each:F1} ms each"));
        start = Stopwatch.GetTimestamp();
        using VectorIndex copy = VectorIndex.Create(s_definition);
        Assert.Equal(s_rows, await index.CopyToAsync(copy, Ending));
        Print("read into an index of the library", start);
        await index.DropAsync(Ending);
    }

    private void Print(string what, long start)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{s_rows} x {Dimensions}: {what}: {seconds:F2} s, {s_rows / seconds:F0} rows/s"));
    }

    private static async Task DropAsync(NpgsqlDataSource source)
    {
        await using NpgsqlCommand command = source.CreateCommand(
            $"drop table if exists {Name}; drop table if exists {IndexTable.Indexes}");
        await command.ExecuteNonQueryAsync(Ending);
    }

    private static IEnumerable<IndexDocument> Documents(float[] vectors)
    {
        for (int i = 0; i < s_rows; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"document {i}");
            yield return new IndexDocument
            {
                Key = key,
                Vectors = vectors.AsMemory(i * Dimensions, Dimensions),
                Payloads = [Encoding.UTF8.GetBytes(key.PadRight(200, '.'))],
                Attributes = [new("year", 2000L + (i % 30))],
            };
        }
    }

    // Around a thousand centres, as vectors of texts are.
    private static float[] Vectors(int count, int seed)
    {
        var centres = new Random(0);
        var random = new Random(seed);
        float[] around = new float[1000 * Dimensions], vectors = new float[count * Dimensions];
        for (int i = 0; i < around.Length; i++)
            around[i] = centres.NextSingle() - 0.5f;
        for (int row = 0; row < count; row++)
        {
            int centre = random.Next(1000) * Dimensions;
            for (int i = 0; i < Dimensions; i++)
                vectors[(row * Dimensions) + i] = around[centre + i] + random.NextSingle() - 0.5f;
        }
        return vectors;
    }
}
