using System.Globalization;
using System.Text;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Postgres.Formats;
using Sextant.Search;

namespace Sextant.Postgres;

/// <summary>The table of an index: its columns, and the statements over it. Immutable.</summary>
/// <remarks>
/// A row is a passage; a document without any is one row with the number −1 and nulls. Ids grow in the order of
/// writing, as in an index of the library.
/// </remarks>
internal sealed class IndexTable
{
    /// <summary>The table of all indexes.</summary>
    public const string Indexes = "sextant_indexes";

    /// <summary>What this program writes and reads.</summary>
    public const int Format = 1;

    // A name of more than 63 bytes is cut short by the server without a word; its key and graph need some.
    private const int MaxNameBytes = 48;

    private readonly IndexSnapshot _empty;
    private readonly string _columns;

    public IndexTable(string name, IndexDefinition definition, PostgresTypes types)
    {
        RequireName(name);
        (Name, Definition, Types) = (name, definition, types);
        _empty = IndexSnapshot.Empty(definition);
        Code = RowFormat.Of(definition.Code, definition.CodedDimensions, Codes.Layout.RowBytes, types);
        Vector = Vectors is { } vectors
            ? RowFormat.Of(vectors.Code, vectors.Dimensions, vectors.RowBytes, types) : null;
        _columns = $"key, number, code, {(Vector is null ? "" : "vector, ")}payload, "
            + $"{(definition.KeepsTerms ? "terms, " : "")}attributes";
        Fields = 5 + (Vector is null ? 0 : 1) + (definition.KeepsTerms ? 1 : 0);
    }

    public string Name { get; }

    public IndexDefinition Definition { get; }

    public PostgresTypes Types { get; }

    public CodeEncoder Codes => _empty.Codes;

    public RowCodec? Vectors => _empty.Vectors;

    /// <summary>The column of what is scanned.</summary>
    public RowFormat Code { get; }

    /// <summary>The column of what is rescored; null: nothing is.</summary>
    public RowFormat? Vector { get; }

    /// <summary>What candidates are scored with.</summary>
    public RowFormat Scored => Vector ?? Code;

    /// <summary>Columns that are written.</summary>
    public int Fields { get; }

    public bool IsBinary => Definition.Code == VectorCode.Binary;

    public bool IsDistance => Definition.Metric == Metric.SquaredDistance;

    /// <summary>Whether the server can find candidates: by bits, or by floats.</summary>
    public bool IsSearched => IsBinary || Code.IsScored;

    /// <summary>The table's name as SQL has it.</summary>
    public string Table => Quoted(Name);

    public string Copy => $"copy {Table} ({_columns}) from stdin (format binary)";

    public static string CreateIndexes =>
        $"""
        create table if not exists {Indexes} (
            name text primary key,
            made uuid not null default gen_random_uuid(),
            format integer not null,
            types text not null,
            definition bytea not null,
            properties jsonb not null,
            attributes jsonb not null default '{"{}"}')
        """;

    public string Create
    {
        get
        {
            var sql = new StringBuilder();
            sql.Append(CultureInfo.InvariantCulture,
                $"create table {Table} (id bigint generated always as identity, key text not null, ");
            sql.Append(CultureInfo.InvariantCulture, $"number integer not null, code {Code.Type}, ");
            if (Vector is not null)
                sql.Append(CultureInfo.InvariantCulture, $"vector {Vector.Type}, ");
            sql.Append("payload bytea, ");
            if (Definition.KeepsTerms)
                sql.Append("terms jsonb, ");
            sql.Append("attributes jsonb not null, primary key (key, number))");
            return sql.ToString();
        }
    }

    /// <summary>The name of pgvector's graph.</summary>
    public string GraphName => Name + "_graph";

    /// <summary>pgvector's graph; null where there are no operators for what is scanned.</summary>
    public string? CreateGraph => Code.GraphOperators(IsDistance) is { } operators
        ? $"create index {Quoted(GraphName)} on {Table} using hnsw (code {operators})" : null;

    /// <summary>A row by parameters in the order of the columns.</summary>
    public string Insert
    {
        get
        {
            int next = 2;
            string Next() => string.Create(CultureInfo.InvariantCulture, $"${++next}");
            string code = Code.Parsed(Next()), vector = Vector is null ? "" : Vector.Parsed(Next()) + ", ";
            string payload = Next(), terms = Definition.KeepsTerms ? $"{Next()}::jsonb, " : "";
            return $"insert into {Table} ({_columns}) values ($1, $2, {code}, {vector}{payload}, {terms}"
                + $"{Next()}::jsonb)";
        }
    }

    public string Delete => $"delete from {Table} where key = any($1)";

    /// <summary>All rows in the order of ids, as the server sends them.</summary>
    public string SelectAll =>
        $"select key, number, {Code.Sent("code")}, {Vector?.Sent("vector") ?? "null::bytea"}, payload, "
        + $"{(Definition.KeepsTerms ? "terms::text" : "null::text")}, attributes::text from {Table} order by id";

    /// <summary>A name within double quotes.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <exception cref="ArgumentException">No table can have the name.</exception>
    public static void RequireName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes || name.Contains('\0') || name == Indexes)
        {
            throw new ArgumentException(
                $"'{name}' is no name for an index; up to {MaxNameBytes} bytes without a NUL are accepted, and not "
                    + $"{Indexes}.",
                nameof(name));
        }
    }
}
