using System.Globalization;
using Npgsql;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Postgres;

// Searches: candidates from the server, scores from here or there.
public sealed partial class PostgresIndex
{
    // What pgvector accepts for hnsw.ef_search.
    private const int MaxGraphCandidates = 1000;

    /// <summary>Finds the nearest passages.</summary>
    /// <remarks>
    /// With binary codes the server ranks all rows by Hamming distance, then by id, and the best k ·
    /// <see cref="PostgresSearch.Oversampling"/> are scored: with the same documents, written in the same order, hits
    /// and scores are those of <see cref="IndexReader.Search(ReadOnlySpan{float}, Span{Hit}, SearchOptions?)"/> with
    /// <see cref="SearchOptions.QueryBits"/> 1, bit for bit; queries of 4 bits, the library's own choice, are nothing
    /// that the server has. With float codes candidates are ranked by the server's arithmetic, and scored as well.
    /// </remarks>
    /// <param name="query">[Dimensions].</param>
    /// <param name="k">How many hits are wanted.</param>
    /// <param name="search">Limits and ways; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The best first.</returns>
    /// <exception cref="ArgumentException">
    /// The query is no vector of the index's, or the filter names an attribute that no document has.
    /// </exception>
    /// <exception cref="UnsupportedRequestException">
    /// The server cannot compare the index's codes, or has no graph, or cannot score what is in its columns.
    /// </exception>
    /// <exception cref="PostgresIndexException">The server refuses, or the index was made anew.</exception>
    public Task<IReadOnlyList<PostgresHit>> SearchAsync(
        ReadOnlyMemory<float> query, int k, PostgresSearch? search = null, CancellationToken cancellation = default)
    {
        search ??= new PostgresSearch();
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfLessThan(search.Oversampling, 1);
        if (query.Length != Definition.Dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"the query has {query.Length} values; this index holds vectors of {Definition.Dimensions}."),
                nameof(query));
        }
        FiniteValues.Require(query.Span, nameof(query));
        RequireCan(search, k);
        if (k == 0)
            return Task.FromResult<IReadOnlyList<PostgresHit>>([]);
        return _server.Read<IReadOnlyList<PostgresHit>>(
            "searching", connection => SearchAsync(connection, query, k, search, cancellation), cancellation);
    }

    private void RequireCan(PostgresSearch search, int k)
    {
        if (!_table.IsSearched)
        {
            throw new UnsupportedRequestException(
                $"{Definition.Code} codes are kept by the server, which cannot compare them; binary codes and, as "
                    + "real[], vector or halfvec, floats are searched.");
        }
        if (search.FirstStage == FirstStage.Hnsw && !HasGraph)
        {
            throw new UnsupportedRequestException(
                "this index has no graph; with pgvector's types it can be made with one.");
        }
        if (search.FirstStage == FirstStage.Hnsw && (long)k * search.Oversampling > MaxGraphCandidates)
        {
            throw new UnsupportedRequestException(string.Create(CultureInfo.InvariantCulture,
                $"{(long)k * search.Oversampling} candidates; pgvector's graph gives at most {MaxGraphCandidates}."));
        }
        if (search.ScoredBy == ScoredBy.Server && !_table.Scored.IsScored)
        {
            throw new UnsupportedRequestException(
                $"the server cannot score what is in a column of type {_table.Scored.Type}; score by the library.");
        }
    }

    private async Task<IReadOnlyList<PostgresHit>> SearchAsync(
        NpgsqlConnection connection, ReadOnlyMemory<float> query, int k, PostgresSearch search,
        CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        string where = "true";
        if (search.Filter is { } filter)
        {
            Dictionary<string, AttributeKind> kinds = await KindsAsync(connection, cancellation).ConfigureAwait(false);
            where = new FilterSql(kinds, command.Parameters).Of(filter);
        }
        var sql = new CandidateSql(_table, search, where, command.Parameters);
        long candidates = (long)k * search.Oversampling;
        command.CommandText = Statement(sql, query.Span, candidates, search.ScoredBy == ScoredBy.Server ? k : null);
        NpgsqlTransaction? transaction = search.FirstStage == FirstStage.Hnsw
            ? await GraphAsync(connection, candidates, where != "true", cancellation).ConfigureAwait(false) : null;
        try
        {
            List<Candidate> found = await ReadAsync(command, search, cancellation).ConfigureAwait(false);
            if (found.Count == 0)
                _ = await KindsAsync(connection, cancellation).ConfigureAwait(false); // it may have been made anew
            return search.ScoredBy == ScoredBy.Server
                ? [.. found.Where(one => !(one.Score < search.MinScore)).Select(one => one.Hit(one.Score))]
                : Score(query.Span, found, k, search.MinScore);
        }
        finally
        {
            if (transaction is not null)
                await transaction.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string Statement(CandidateSql sql, ReadOnlySpan<float> query, long candidates, int? k)
    {
        using Runtime.FloatEnvironment.Standard standard = Runtime.FloatEnvironment.Enter();
        float[] prepared = new float[Definition.CodedDimensions];
        _table.Codes.Prepare(query, prepared);
        byte[] code = new byte[_table.Codes.Layout.RowBytes];
        _table.Codes.EncodePrepared(prepared, code);
        // Rows of a cosine have length one, and so has what they are compared with.
        RowCodec codec = _table.Vectors ?? _table.Codes.Rows;
        float[] compared = new float[codec.Dimensions];
        codec.Scale(_table.Vectors is null ? prepared : query, compared);
        return k is { } hits ? sql.ForServer(code, compared, candidates, hits)
            : sql.ForLibrary(code, compared, candidates);
    }

    // The attributes' kinds; refuses where the index is not the one that was opened.
    private async Task<Dictionary<string, AttributeKind>> KindsAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = $"select made, attributes::text from {IndexTable.Indexes} where name = $1";
        command.Parameters.Add(Text(Name));
        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            bool isThere = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            RequireMade(isThere ? reader.GetGuid(0) : null);
            return Kinds(reader.GetString(1));
        }
    }

    // The graph is asked for, so it is used for few rows too, and looks at as many as are wanted: with a filter it goes
    // on until there are so many. The settings go with the transaction.
    private static async Task<NpgsqlTransaction> GraphAsync(
        NpgsqlConnection connection, long candidates, bool isFiltered, CancellationToken cancellation)
    {
        NpgsqlTransaction transaction =
            await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        try
        {
            await RunAsync(
                connection,
                "select set_config('enable_sort', 'off', true), set_config('hnsw.ef_search', $1, true)"
                    + (isFiltered ? ", set_config('hnsw.iterative_scan', 'strict_order', true)" : ""),
                cancellation, Text(candidates.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<List<Candidate>> ReadAsync(
        NpgsqlCommand command, PostgresSearch search, CancellationToken cancellation)
    {
        var found = new List<Candidate>();
        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                RequireMade(reader.IsDBNull(4) ? null : reader.GetGuid(4));
                string key = reader.GetString(0);
                int number = reader.GetInt32(1);
                byte[]? payload = !search.WithPayloads ? null
                    : reader.IsDBNull(3) ? [] : reader.GetFieldValue<byte[]>(3);
                if (reader.IsDBNull(2))
                    throw Damaged(key, number);
                if (search.ScoredBy == ScoredBy.Server)
                {
                    found.Add(new Candidate(key, number, payload, [], (float)reader.GetDouble(2)));
                    continue;
                }
                byte[] row = new byte[_table.Scored.RowBytes];
                if (!_table.Scored.Read(reader.GetFieldValue<byte[]>(2), row))
                    throw Damaged(key, number);
                found.Add(new Candidate(key, number, payload, row, 0));
            }
        }
        return found;
    }

    // Candidates are a small index of their own, searched as any other: so scores are the library's. They come in the
    // order of ids, which decides among equal scores.
    private IReadOnlyList<PostgresHit> Score(
        ReadOnlySpan<float> query, List<Candidate> candidates, int k, float minScore)
    {
        if (candidates.Count == 0)
            return [];
        IndexDefinition definition = Definition with { KeepsTerms = false, ListCentroids = null };
        if (_table.Vectors is { } vectors)
        {
            definition = definition with
            {
                Code = vectors.Code,
                Rescore = null,
                Transform = null,
                ResidualBinary = null,
                Product = null,
                RaBitQ = null,
            };
        }
        using VectorIndex index = VectorIndex.Create(definition);
        index.Upsert(new EncodedDocument(
            "-", [], [.. candidates.Select(one => new EncodedPassage(one.Row, default, default, []))]));
        index.Commit();
        using IndexReader reader = index.Read();
        var hits = new Hit[Math.Min(k, candidates.Count)];
        int count = reader.Search(
            query, hits, new SearchOptions { MinScore = minScore, Oversampling = candidates.Count });
        return [.. hits[..count].Select(hit => candidates[hit.Id].Hit(hit.Score))];
    }

    private PostgresIndexException Damaged(string key, int number) => new(Name, string.Create(
        CultureInfo.InvariantCulture, $"the row of '{key}', number {number}, is none of this index's form."));

    private sealed record Candidate(string Key, int Number, byte[]? Payload, byte[] Row, float Score)
    {
        public PostgresHit Hit(float score) => new(Key, Number, score, Payload);
    }
}
