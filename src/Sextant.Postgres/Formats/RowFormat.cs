using System.Globalization;
using Sextant.Codes;

namespace Sextant.Postgres.Formats;

/// <summary>
/// How the rows of a code are a column: its type, and the binary format in which the server sends and receives it.
/// Immutable.
/// </summary>
internal abstract class RowFormat(int dimensions, int rowBytes)
{
    public int Dimensions => dimensions;

    /// <summary>Bytes of a row as an index has it.</summary>
    public int RowBytes => rowBytes;

    /// <summary>The column's type.</summary>
    public abstract string Type { get; }

    /// <summary>Bytes of the field in the binary format.</summary>
    public abstract int FieldBytes { get; }

    /// <summary>Whether the server can score what is in the column.</summary>
    public virtual bool IsScored => false;

    /// <param name="row">[RowBytes].</param>
    /// <param name="field">[FieldBytes].</param>
    public abstract void Write(ReadOnlySpan<byte> row, Span<byte> field);

    /// <summary>Reads what the server sent; says whether it is a field of this type and size.</summary>
    /// <param name="field">As it was sent.</param>
    /// <param name="row">[RowBytes].</param>
    public abstract bool Read(ReadOnlySpan<byte> field, Span<byte> row);

    /// <summary>SQL for the bytes that the server sends for a column.</summary>
    public abstract string Sent(string column);

    /// <summary>SQL for the value that <see cref="Parameter"/> stands for.</summary>
    public abstract string Parsed(string parameter);

    /// <summary>A row as a parameter of a statement: a text, or bytes.</summary>
    public abstract object Parameter(ReadOnlySpan<byte> row);

    /// <summary>A query's floats as a parameter of what follows, where the server scores or has a graph.</summary>
    public virtual string Query(ReadOnlySpan<float> query) => Text(query, '[', ']');

    /// <summary>SQL for the dot product with a query of floats, as double precision.</summary>
    public virtual string Dot(string column, string query) => throw new NotSupportedException();

    /// <summary>SQL for the negated squared distance to a query of floats, as double precision.</summary>
    public virtual string NegatedDistance(string column, string query) => throw new NotSupportedException();

    /// <summary>pgvector's operators for a graph over the column; null where there are none.</summary>
    public virtual string? GraphOperators(bool isDistance) => null;

    /// <summary>SQL for the distance that such a graph orders by.</summary>
    /// <param name="column">The column.</param>
    /// <param name="query">A parameter: the query's code where that is binary, else its floats.</param>
    /// <param name="isDistance">Whether the metric is a distance, else a product.</param>
    public virtual string GraphDistance(string column, string query, bool isDistance) =>
        throw new NotSupportedException();

    /// <summary>The format for a code.</summary>
    public static RowFormat Of(VectorCode code, int dimensions, int rowBytes, PostgresTypes types) => code switch
    {
        VectorCode.Binary => new BitFormat(dimensions),
        VectorCode.Float32 when types == PostgresTypes.Pgvector => new VectorFormat(dimensions),
        VectorCode.Float32 => new RealArrayFormat(dimensions),
        VectorCode.Float16 when types == PostgresTypes.Pgvector => new HalfVectorFormat(dimensions),
        _ => new BytesFormat(dimensions, rowBytes),
    };

    /// <summary>Floats in the text form of an array or a vector, from which the server reads the same bits.</summary>
    public static string Text(ReadOnlySpan<float> values, char open, char close)
    {
        var text = new System.Text.StringBuilder(values.Length * 12).Append(open);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{values[i]:R}");
        }
        return text.Append(close).ToString();
    }
}
