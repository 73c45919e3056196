using Npgsql;
using Sextant.Indexes;

namespace Sextant.Postgres.Tests;

/// <summary>What goes wrong is said, and leaves nothing half written.</summary>
[Collection("one index at a time")]
public sealed class FaultTests(DebianServer server)
{
    private const string Name = "faults";

    private static readonly IndexDefinition s_definition = SomeDocuments.Definition("Binary+Float16+Dot");

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AKilledServerLeavesNothingHalfWritten()
    {
        PostgresIndex index = await MakeAsync();
        int read = 0;
        IEnumerable<IndexDocument> Documents()
        {
            foreach (IndexDocument one in Many("second"))
            {
                if (++read == 10_000) // after two pieces that the server has
                    server.Kill();
                yield return one;
            }
        }
        PostgresIndexException problem = await Assert.ThrowsAsync<PostgresIndexException>(
            () => index.UpsertAsync(Documents(), Ending));
        Assert.Contains("writing failed", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing of it was written.", problem.Message, StringComparison.Ordinal);
        // There is no server now.
        problem = await Assert.ThrowsAsync<PostgresIndexException>(
            () => index.SearchAsync(SomeDocuments.Vectors(1, 1), 3, cancellation: Ending));
        Assert.Contains("searching failed", problem.Message, StringComparison.Ordinal);
        Assert.Contains("refused", problem.Message, StringComparison.OrdinalIgnoreCase);

        server.StartAgain();
        await RequireFirstAsync(index);
        Assert.Equal(20_000, await index.UpsertAsync(Many("second"), Ending));
        Assert.Equal(20_030, await index.CountAsync(Ending));
    }

    [Fact]
    public async Task AConnectionThatTheServerEndsLeavesNothingHalfWritten()
    {
        PostgresIndex index = await MakeAsync();
        int read = 0;
        IEnumerable<IndexDocument> Documents()
        {
            foreach (IndexDocument one in Many("second"))
            {
                if (++read == 10_000)
                {
                    Run("select pg_terminate_backend(pid) from pg_stat_activity "
                        + "where state like 'idle in transaction%'");
                }
                yield return one;
            }
        }
        PostgresIndexException problem = await Assert.ThrowsAsync<PostgresIndexException>(
            () => index.UpsertAsync(Documents(), Ending));
        Assert.EndsWith("Nothing of it was written.", problem.Message, StringComparison.Ordinal);
        await RequireFirstAsync(index);
    }

    [Fact]
    public async Task WhatDoesNotFitLeavesNothingHalfWritten()
    {
        PostgresIndex index = await MakeAsync();
        IndexDocument good = SomeDocuments.Documents(2, 1)[1];
        float[] infinite = good.Vectors.ToArray();
        infinite[5] = float.PositiveInfinity;
        IndexDocument[] wrong =
        [
            good with { Vectors = infinite },
            good with { Vectors = good.Vectors[1..] },
            good with { Key = "a\0b" },
            good with { Attributes = [new("year", "a text")] },
            good with { Attributes = [new("note", "a\0b")] },
            good with { Key = "half of a pair \uD800" },
        ];
        foreach (IndexDocument one in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => index.UpsertAsync(Many("second").Take(9000).Append(one), Ending));
            await RequireFirstAsync(index);
        }
        await Assert.ThrowsAsync<NotImplementedException>(() => index.UpsertAsync(
            Many("second").Take(9000).Concat(Broken()), Ending));
        await RequireFirstAsync(index);

        static IEnumerable<IndexDocument> Broken() => throw new NotImplementedException();
    }

    [Fact]
    public async Task ACancelledCallLeavesNothingHalfWritten()
    {
        PostgresIndex index = await MakeAsync();
        using var cancellation = new CancellationTokenSource();
        int read = 0;
        IEnumerable<IndexDocument> Documents()
        {
            foreach (IndexDocument one in Many("second"))
            {
                if (++read == 10_000)
                    cancellation.Cancel();
                yield return one;
            }
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => index.UpsertAsync(Documents(), cancellation.Token));
        await RequireFirstAsync(index);
    }

    [Fact]
    public async Task AnIndexThatIsNotMadeLeavesNothing()
    {
        await MakeAsync();
        using VectorIndex local = SomeDocuments.Index(s_definition, SomeDocuments.Documents(10, 1));
        using IndexReader reader = local.Read();
        PostgresIndexException problem = await Assert.ThrowsAsync<PostgresIndexException>(
            () => PostgresIndex.CreateAsync(server.Source, Name, reader, cancellation: Ending));
        Assert.Contains("there is one of this name already", problem.Message, StringComparison.Ordinal);
        // pgvector is not here.
        problem = await Assert.ThrowsAsync<PostgresIndexException>(() => PostgresIndex.CreateAsync(
            server.Source, "others", reader, new PostgresOptions { Types = PostgresTypes.Pgvector }, Ending));
        Assert.Contains("the extension pgvector is needed", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing of it was written.", problem.Message, StringComparison.Ordinal);
        problem = await Assert.ThrowsAsync<PostgresIndexException>(
            () => PostgresIndex.OpenAsync(server.Source, "others", cancellation: Ending));
        Assert.Contains("there is no such index", problem.Message, StringComparison.Ordinal);
        foreach (string name in (string[])["", "sextant_indexes", "a\0b", new('é', 25)])
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => PostgresIndex.CreateAsync(server.Source, name, reader, cancellation: Ending));
        }
    }

    [Fact]
    public async Task AnotherModelIsRefused()
    {
        PostgresIndex index = await MakeAsync();
        InvalidIndexException problem = await Assert.ThrowsAsync<InvalidIndexException>(() => PostgresIndex.OpenAsync(
            server.Source, Name, [new("weights by tensor", "5e0c"), new("pooling", "cls")], cancellation: Ending));
        Assert.Contains("its pooling is mean", problem.Message, StringComparison.Ordinal);
        using VectorIndex other = SomeDocuments.Index(
            s_definition with { Properties = [new("pooling", "cls")] }, SomeDocuments.Documents(5, 1));
        using IndexReader reader = other.Read();
        await Assert.ThrowsAsync<ArgumentException>(() => index.UpsertAsync(reader, Ending));
        await Assert.ThrowsAsync<ArgumentException>(() => index.CopyToAsync(other, Ending));
        await RequireFirstAsync(index);
    }

    [Fact]
    public async Task AnIndexThatWasMadeAnewIsRefused()
    {
        PostgresIndex index = await MakeAsync(), other = await PostgresIndex.OpenAsync(
            server.Source, Name, cancellation: Ending);
        await other.DropAsync(Ending);
        await RefusedAsync("dropped");
        await PostgresIndex.CreateAsync(server.Source, Name, s_definition, cancellation: Ending);
        await RefusedAsync("anew");
        await (await PostgresIndex.OpenAsync(server.Source, Name, cancellation: Ending))
            .UpsertAsync(SomeDocuments.Documents(9, 1), Ending);
        await RefusedAsync("anew");

        async Task RefusedAsync(string word)
        {
            Func<Task>[] calls =
            [
                () => index.UpsertAsync(SomeDocuments.Documents(3, 1), Ending),
                () => index.DeleteAsync(["key 1"], Ending),
                () => index.DropAsync(Ending), () => index.CopyToAsync(VectorIndex.Create(s_definition), Ending),
                () => index.SearchAsync(
                    SomeDocuments.Vectors(1, 1), 3, new() { Filter = IndexFilter.Parse("year=2000") }, Ending),
            ];
            if (word == "anew")
                calls = [.. calls, () => index.SearchAsync(SomeDocuments.Vectors(1, 1), 3, cancellation: Ending)];
            foreach (Func<Task> call in calls)
            {
                var problem = await Assert.ThrowsAsync<PostgresIndexException>(call);
                Assert.Contains(word, problem.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task DamagedRowsAreNamed()
    {
        PostgresIndex index = await MakeAsync();
        Run($"update {Name} set vector = '\\x00' where key = 'first 3'");
        PostgresIndexException problem = await Assert.ThrowsAsync<PostgresIndexException>(
            () => index.SearchAsync(SomeDocuments.Vectors(1, 1), 30, cancellation: Ending));
        Assert.Contains("'first 3', number 0", problem.Message, StringComparison.Ordinal);
        using (VectorIndex copy = VectorIndex.Create(s_definition))
        {
            problem = await Assert.ThrowsAsync<PostgresIndexException>(() => index.CopyToAsync(copy, Ending));
            Assert.Contains("'first 3', number 0", problem.Message, StringComparison.Ordinal);
        }
        string halves = string.Concat(Enumerable.Repeat("ff7f", SomeDocuments.Dimensions)); // NaNs
        foreach (string change in (string[])[
            $"update {Name} set vector = decode('{halves}', 'hex') where key = 'first 3'",
            $"update {Name} set number = 1 where key = 'first 3'",
            $"update {Name} set attributes = '[]' where key = 'first 3'",
            $"update {Name} set attributes = '{{\"a\": 1.5}}' where key = 'first 3'"])
        {
            index = await MakeAsync();
            Run(change);
            using VectorIndex copy = VectorIndex.Create(s_definition);
            await Assert.ThrowsAnyAsync<Exception>(() => index.CopyToAsync(copy, Ending));
        }
    }

    [Fact]
    public async Task WritersWaitForEachOther()
    {
        PostgresIndex index = await MakeAsync();
        long[] written = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
            index.UpsertAsync(Many("second").Skip(i * 50).Take(500), Ending), Ending)));
        Assert.All(written, one => Assert.Equal(500, one));
        Assert.Equal(30 + 750, await index.CountAsync(Ending));
        var hits = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            index.SearchAsync(SomeDocuments.Vectors(1, 1), 20, cancellation: Ending), Ending)));
        Assert.All(hits, one => Assert.Equal(hits[0], one));
    }

    private async Task<PostgresIndex> MakeAsync()
    {
        _ = server.Source;
        Run($"drop table if exists {Name}; drop table if exists others; drop table if exists {IndexTable.Indexes}");
        PostgresIndex index = await PostgresIndex.CreateAsync(server.Source, Name, s_definition, cancellation: Ending);
        Assert.Equal(30, await index.UpsertAsync(Many("first").Take(30), Ending));
        return index;
    }

    private static async Task RequireFirstAsync(PostgresIndex index)
    {
        Assert.Equal(30, await index.CountAsync(Ending));
        using VectorIndex copy = VectorIndex.Create(s_definition);
        await index.CopyToAsync(copy, Ending);
        copy.Commit();
        using IndexReader reader = copy.Read();
        using VectorIndex expected = SomeDocuments.Index(s_definition, Many("first").Take(30));
        using IndexReader first = expected.Read();
        Assert.Equal(
            first.EncodedDocuments().Select(SomeDocuments.Text), reader.EncodedDocuments().Select(SomeDocuments.Text));
    }

    private static IEnumerable<IndexDocument> Many(string kind)
    {
        float[] vectors = SomeDocuments.Vectors(100, 21);
        for (int i = 0; i < 20_000; i++)
        {
            yield return new IndexDocument
            {
                Key = $"{kind} {i}",
                Vectors = vectors.AsMemory(i % 100 * SomeDocuments.Dimensions, SomeDocuments.Dimensions),
                Attributes = [new("year", (long)i)],
            };
        }
    }

    private void Run(string sql)
    {
        using NpgsqlCommand command = server.Source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }
}
