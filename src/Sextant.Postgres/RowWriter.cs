using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sextant.Indexes;
using Sextant.Postgres.Formats;

namespace Sextant.Postgres;

/// <summary>Rows of encoded documents into their table. For one thread.</summary>
internal sealed class RowWriter(IndexTable table)
{
    private const int FlushBytes = 1 << 17;
    private const int StatementsAtOnce = 256;

    private readonly CopyBuffer _buffer = new();

    public async Task CopyAsync(
        NpgsqlConnection connection, IEnumerable<EncodedDocument> documents, CancellationToken cancellation)
    {
        NpgsqlRawCopyStream stream =
            await connection.BeginRawBinaryCopyAsync(table.Copy, cancellation).ConfigureAwait(false);
        try
        {
            _buffer.Clear();
            _buffer.Head();
            foreach (EncodedDocument document in documents)
            {
                ReadOnlyMemory<byte> attributes = AttributeFields.Write(document.Attributes);
                for (int i = 0; i < Math.Max(1, document.Passages.Count); i++)
                {
                    Add(document, i, attributes.Span);
                    if (_buffer.Written.Length < FlushBytes)
                        continue;
                    await stream.WriteAsync(_buffer.Written, cancellation).ConfigureAwait(false);
                    _buffer.Clear();
                }
            }
            _buffer.End();
            await stream.WriteAsync(_buffer.Written, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await CancelAsync(stream).ConfigureAwait(false);
            throw;
        }
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    public async Task InsertAsync(
        NpgsqlConnection connection, IEnumerable<EncodedDocument> documents, CancellationToken cancellation)
    {
        NpgsqlBatch batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.Timeout = 0;
            foreach (EncodedDocument document in documents)
            {
                string attributes = Encoding.UTF8.GetString(AttributeFields.Write(document.Attributes).Span);
                for (int i = 0; i < Math.Max(1, document.Passages.Count); i++)
                {
                    batch.BatchCommands.Add(Statement(document, i, attributes));
                    if (batch.BatchCommands.Count < StatementsAtOnce)
                        continue;
                    await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
                    batch.BatchCommands.Clear();
                }
            }
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    // What the server had by then is dropped with the transaction; what broke the copy is the error that counts.
    private static async Task CancelAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync().ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is NpgsqlException or IOException or InvalidOperationException)
        {
        }
    }

    private void Add(EncodedDocument document, int number, ReadOnlySpan<byte> attributes)
    {
        _buffer.Row(table.Fields);
        _buffer.Text(document.Key);
        if (document.Passages.Count == 0)
        {
            _buffer.Int32(-1);
            for (int i = 3; i < table.Fields; i++)
                _buffer.Null();
        }
        else
        {
            EncodedPassage passage = document.Passages[number];
            _buffer.Int32(number);
            table.Code.Write(passage.Code.Span, _buffer.Field(table.Code.FieldBytes));
            table.Vector?.Write(passage.Vector.Span, _buffer.Field(table.Vector.FieldBytes));
            _buffer.Bytes(passage.Payload.Span);
            if (table.Definition.KeepsTerms)
                _buffer.Json(JsonFields.Of(passage.Terms).Span);
        }
        _buffer.Json(attributes);
    }

    private NpgsqlBatchCommand Statement(EncodedDocument document, int number, string attributes)
    {
        var command = new NpgsqlBatchCommand(table.Insert);
        EncodedPassage? passage = document.Passages.Count == 0 ? null : document.Passages[number];
        Add(document.Key, NpgsqlDbType.Text);
        Add(passage is null ? -1 : number, NpgsqlDbType.Integer);
        AddRow(table.Code, passage?.Code);
        if (table.Vector is not null)
            AddRow(table.Vector, passage?.Vector);
        Add(passage?.Payload.ToArray(), NpgsqlDbType.Bytea);
        if (table.Definition.KeepsTerms)
            Add(passage is { } one ? Encoding.UTF8.GetString(JsonFields.Of(one.Terms).Span) : null, NpgsqlDbType.Text);
        Add(attributes, NpgsqlDbType.Text);
        return command;

        void Add(object? value, NpgsqlDbType type) =>
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

        void AddRow(RowFormat format, ReadOnlyMemory<byte>? row) => Add(
            row is { } bytes ? format.Parameter(bytes.Span) : null,
            format is BytesFormat ? NpgsqlDbType.Bytea : NpgsqlDbType.Text);
    }
}
