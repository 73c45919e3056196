using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Sextant.Postgres.Formats;

namespace Sextant.Postgres;

/// <summary>The statements of a search.</summary>
/// <remarks>
/// Columns that come back: key, number, what is scored (bytes as the server sends them, or double precision), payload,
/// made. Of equal distances the smaller id comes first.
/// </remarks>
internal sealed class CandidateSql
{
    private readonly IndexTable _table;
    private readonly PostgresSearch _search;
    private readonly NpgsqlParameterCollection _parameters;
    private readonly string _where;

    /// <param name="table">The table.</param>
    /// <param name="search">What is asked for.</param>
    /// <param name="where">The filter, whose parameters are there already.</param>
    /// <param name="parameters">Receives the others.</param>
    public CandidateSql(IndexTable table, PostgresSearch search, string where, NpgsqlParameterCollection parameters) =>
        (_table, _search, _where, _parameters) = (table, search, where, parameters);

    /// <summary>Candidates with the bytes of what they are scored with, in any order.</summary>
    /// <param name="code">The query's code, where that is binary.</param>
    /// <param name="query">What rows are compared with: [Dimensions], or [CodedDimensions] where codes are.</param>
    /// <param name="count">How many.</param>
    public string ForLibrary(ReadOnlySpan<byte> code, ReadOnlySpan<float> query, long count)
    {
        string scored = _table.Scored.Sent(_table.Vector is null ? "code" : "vector");
        return $"select key, number, {scored}, {Payload}, {Made} from (select * {From} order by "
            + $"{Order(code, query)} limit {Add(count, NpgsqlDbType.Bigint)}) as nearest order by id";
    }

    /// <summary>Hits with the server's scores, best first, from one statement.</summary>
    /// <param name="code">The query's code, where that is binary.</param>
    /// <param name="query">What rows are compared with.</param>
    /// <param name="count">How many candidates.</param>
    /// <param name="k">How many hits.</param>
    public string ForServer(ReadOnlySpan<byte> code, ReadOnlySpan<float> query, long count, int k)
    {
        string score = Score(_table.Vector is null ? "code" : "vector", query);
        string order = Order(code, query);
        return $"select key, number, {score} as score, {Payload}, {Made} from (select * {From} order by {order} limit "
            + $"{Add(count, NpgsqlDbType.Bigint)}) as nearest order by score desc, id "
            + $"limit {Add(k, NpgsqlDbType.Integer)}";
    }

    private string From => $"from {_table.Table} where number >= 0 and {_where}";

    private string Payload => _search.WithPayloads ? "payload" : "null::bytea";

    private string Made =>
        $"(select made from {IndexTable.Indexes} where name = {Add(_table.Name, NpgsqlDbType.Text)})";

    private string Order(ReadOnlySpan<byte> code, ReadOnlySpan<float> query)
    {
        string compared = _table.IsBinary
            ? Add((string)_table.Code.Parameter(code), NpgsqlDbType.Text)
            : Add(_table.Code.Query(query), NpgsqlDbType.Text);
        if (_search.FirstStage == FirstStage.Hnsw)
            return _table.Code.GraphDistance("code", compared, _table.IsDistance);
        return _table.IsBinary
            ? $"bit_count(code # {_table.Code.Parsed(compared)}), id"
            : $"{Scored("code", compared, _table.Code)} desc, id";
    }

    private string Score(string column, ReadOnlySpan<float> query) =>
        Scored(column, Add(_table.Scored.Query(query), NpgsqlDbType.Text), _table.Scored);

    private string Scored(string column, string query, RowFormat format) =>
        _table.IsDistance ? format.NegatedDistance(column, query) : format.Dot(column, query);

    private string Add(object value, NpgsqlDbType type)
    {
        _parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}
