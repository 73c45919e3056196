namespace Sextant.Postgres.Formats;

// bytea: the row's bytes as the index has them (FORMAT.md, "Rows").
internal sealed class BytesFormat(int dimensions, int rowBytes) : RowFormat(dimensions, rowBytes)
{
    public override string Type => "bytea";

    public override int FieldBytes => RowBytes;

    public override void Write(ReadOnlySpan<byte> row, Span<byte> field) => row[..RowBytes].CopyTo(field);

    public override bool Read(ReadOnlySpan<byte> field, Span<byte> row)
    {
        if (field.Length != RowBytes)
            return false;
        field.CopyTo(row);
        return true;
    }

    public override string Sent(string column) => column;

    public override string Parsed(string parameter) => parameter;

    public override object Parameter(ReadOnlySpan<byte> row) => row.ToArray();
}
