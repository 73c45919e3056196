using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using Sextant.Indexes;

namespace Sextant.Postgres;

// Documents out.
public sealed partial class PostgresIndex
{
    /// <summary>Adds all documents to an index of the library, in the order of ids, as they are encoded.</summary>
    /// <param name="destination">Of the same definition; the caller commits. Documents of other keys stay.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many passages were read.</returns>
    /// <exception cref="ArgumentException">The definitions differ, or a document does not fit.</exception>
    /// <exception cref="InvalidIndexException">The disk refuses.</exception>
    /// <exception cref="PostgresIndexException">The server refuses, or a row is damaged.</exception>
    public Task<long> CopyToAsync(VectorIndex destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequireSame(destination.Definition, nameof(destination));
        return _server.Read("reading", async connection =>
        {
            // The check and the rows are of one moment.
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
            Dictionary<string, AttributeKind> kinds =
                await KindsAsync(connection, cancellation).ConfigureAwait(false);
            long passages = 0;
            await foreach (EncodedDocument one in DocumentsAsync(connection, kinds, cancellation).ConfigureAwait(false))
            {
                destination.Upsert(one);
                passages += one.Passages.Count;
            }
            return passages;
        }, cancellation);
    }

    private async IAsyncEnumerable<EncodedDocument> DocumentsAsync(
        NpgsqlConnection connection, Dictionary<string, AttributeKind> kinds,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = _table.SelectAll;
        command.CommandTimeout = 0;
        NpgsqlDataReader reader =
            await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            string? key = null;
            IReadOnlyList<IndexAttribute> attributes = [];
            var passages = new List<EncodedPassage>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                string next = reader.GetString(0);
                int number = reader.GetInt32(1);
                bool isNew = next != key;
                if (isNew && key is not null)
                    yield return new EncodedDocument(key, attributes, [.. passages]);
                if (isNew)
                    passages.Clear();
                if (number != (isNew && number < 0 ? -1 : passages.Count))
                    throw Damaged(next, number);
                if (number >= 0)
                    passages.Add(Passage(reader, next, number));
                if (isNew)
                    attributes = AttributeFields.Read(reader.GetString(6), kinds) ?? throw Damaged(next, number);
                key = next;
            }
            if (key is not null)
                yield return new EncodedDocument(key, attributes, passages);
        }
    }

    // The columns are read in their order.
    private EncodedPassage Passage(NpgsqlDataReader reader, string key, int number)
    {
        byte[] code = new byte[_table.Code.RowBytes], vector = new byte[_table.Vector?.RowBytes ?? 0];
        if (reader.IsDBNull(2) || !_table.Code.Read(reader.GetFieldValue<byte[]>(2), code))
            throw Damaged(key, number);
        if (_table.Vector is { } format
            && (reader.IsDBNull(3) || !format.Read(reader.GetFieldValue<byte[]>(3), vector)))
            throw Damaged(key, number);
        byte[] payload = reader.IsDBNull(4) ? [] : reader.GetFieldValue<byte[]>(4);
        IReadOnlyCollection<KeyValuePair<string, int>>? terms = reader.IsDBNull(5) ? []
            : JsonFields.Terms(reader.GetString(5));
        return new EncodedPassage(code, vector, payload, terms ?? throw Damaged(key, number));
    }
}
