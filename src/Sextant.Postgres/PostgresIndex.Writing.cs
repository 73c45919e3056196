using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sextant.Indexes;

namespace Sextant.Postgres;

// Documents in, each call in one transaction.
public sealed partial class PostgresIndex
{
    private const int BatchRows = 4096;
    private const long BatchBytes = 16L << 20;

    /// <summary>Adds documents, or replaces those that have their keys; all of them, or none.</summary>
    /// <remarks>They are read, encoded and sent piece by piece.</remarks>
    /// <param name="documents">Of one key several times, the last one stays.</param>
    /// <param name="cancellation">Ends it; nothing was written then.</param>
    /// <returns>How many passages were written.</returns>
    /// <exception cref="ArgumentException">A document does not fit the index. Nothing was written.</exception>
    /// <exception cref="PostgresIndexException">The server refuses; the message says what was written.</exception>
    public Task<long> UpsertAsync(IEnumerable<IndexDocument> documents, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return _server.Write("writing", async connection =>
        {
            DocumentRules rules = await LockAsync(connection, cancellation).ConfigureAwait(false);
            return await WriteAsync(connection, Encoded(documents, rules), cancellation).ConfigureAwait(false);
        }, cancellation);
    }

    /// <summary>Adds all documents of an index, or replaces those that have their keys; all of them, or none.</summary>
    /// <param name="documents">An index of the same definition: its codes are taken as they are.</param>
    /// <param name="cancellation">Ends it; nothing was written then.</param>
    /// <returns>How many passages were written.</returns>
    /// <exception cref="ArgumentException">The definitions differ, or an attribute is of another kind here.</exception>
    /// <exception cref="PostgresIndexException">The server refuses; the message says what was written.</exception>
    public Task<long> UpsertAsync(IndexReader documents, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        RequireSame(documents.Definition, nameof(documents));
        return _server.Write("writing", async connection =>
        {
            DocumentRules rules = await LockAsync(connection, cancellation).ConfigureAwait(false);
            IEnumerable<EncodedDocument> encoded = documents.EncodedDocuments().Select(one =>
            {
                var rest = new IndexDocument { Key = one.Key, Vectors = default, Attributes = one.Attributes };
                rules.Check(rest);
                rules.Learn(rest);
                return one;
            });
            return await WriteAsync(connection, encoded, cancellation).ConfigureAwait(false);
        }, cancellation);
    }

    /// <summary>Deletes documents; all that are there.</summary>
    /// <returns>How many passages are gone.</returns>
    /// <exception cref="PostgresIndexException">The server refuses; the message says what was written.</exception>
    public Task<int> DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _server.Write("deleting", async connection =>
        {
            await LockAsync(connection, cancellation).ConfigureAwait(false);
            await using NpgsqlCommand command = connection.CreateCommand();
            command.CommandText =
                $"with gone as ({_table.Delete} returning number) select count(*)::int from gone where number >= 0";
            command.Parameters.Add(Texts([.. keys]));
            return (int)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        }, cancellation);
    }

    // The one writer; what documents must be by now.
    private async Task<DocumentRules> LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText =
            $"select made, attributes::text from {IndexTable.Indexes} where name = $1 for update";
        command.CommandTimeout = 0; // as long as the other writer takes
        command.Parameters.Add(Text(Name));
        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            bool isThere = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            RequireMade(isThere ? reader.GetGuid(0) : null);
            var rules = new DocumentRules(Definition.Dimensions, Definition.KeepsTerms);
            rules.Learn(new IndexDocument
            {
                Key = "-",
                Vectors = default,
                Attributes = [.. Kinds(reader.GetString(1)).Select(one => AttributeFields.Example(one.Key, one.Value))],
            });
            return rules;
        }
    }

    private void RequireMade(Guid? made)
    {
        if (made != _made)
        {
            throw new PostgresIndexException(
                Name, made is null ? "it was dropped since it was opened." : "it was made anew since it was opened.");
        }
    }

    // Kinds by the attributes' names.
    private Dictionary<string, AttributeKind> Kinds(string json)
    {
        var kinds = new Dictionary<string, AttributeKind>(StringComparer.Ordinal);
        foreach ((string name, string word) in JsonFields.Texts(json))
        {
            kinds[name] = Enum.TryParse(word, out AttributeKind kind) ? kind : throw new PostgresIndexException(
                Name, $"has an attribute '{name}' of the kind '{word}', which this program does not know.");
        }
        return kinds;
    }

    private IEnumerable<EncodedDocument> Encoded(IEnumerable<IndexDocument> documents, DocumentRules rules)
    {
        var encoder = new DocumentEncoder(_table);
        foreach (IndexDocument one in documents)
        {
            ArgumentNullException.ThrowIfNull(one, nameof(documents));
            rules.Check(one);
            EncodedDocument encoded = encoder.Encode(one);
            rules.Learn(one);
            yield return encoded;
        }
    }

    private async Task<long> WriteAsync(
        NpgsqlConnection connection, IEnumerable<EncodedDocument> documents, CancellationToken cancellation)
    {
        var writer = new RowWriter(_table);
        var kinds = new Dictionary<string, string>(StringComparer.Ordinal);
        var batch = new OrderedDictionary<string, EncodedDocument>(StringComparer.Ordinal);
        long written = 0, bytes = 0;
        int rows = 0;
        foreach (EncodedDocument one in documents)
        {
            RequireNoNul(one);
            foreach (IndexAttribute attribute in one.Attributes)
                kinds[attribute.Name] = attribute.Kind.ToString();
            batch.Remove(one.Key); // so that the last one also comes last
            batch.Add(one.Key, one);
            rows += Math.Max(1, one.Passages.Count);
            bytes += one.Passages.Sum(passage => (long)passage.Payload.Length + _table.Codes.Layout.RowBytes);
            if (rows >= BatchRows || bytes >= BatchBytes)
            {
                written += await FlushAsync(connection, writer, batch, cancellation).ConfigureAwait(false);
                (rows, bytes) = (0, 0);
            }
        }
        written += await FlushAsync(connection, writer, batch, cancellation).ConfigureAwait(false);
        if (kinds.Count > 0)
        {
            await RunAsync(
                connection,
                $"update {IndexTable.Indexes} set attributes = attributes || $2::jsonb where name = $1", cancellation,
                Text(Name), Text(Encoding.UTF8.GetString(JsonFields.Of(kinds).Span))).ConfigureAwait(false);
        }
        return written;
    }

    private async Task<long> FlushAsync(
        NpgsqlConnection connection, RowWriter writer, OrderedDictionary<string, EncodedDocument> batch,
        CancellationToken cancellation)
    {
        if (batch.Count == 0)
            return 0;
        await RunAsync(connection, _table.Delete, cancellation, Texts([.. batch.Keys])).ConfigureAwait(false);
        if (UsesCopy)
            await writer.CopyAsync(connection, batch.Values, cancellation).ConfigureAwait(false);
        else
            await writer.InsertAsync(connection, batch.Values, cancellation).ConfigureAwait(false);
        long written = batch.Values.Sum(one => (long)one.Passages.Count);
        batch.Clear();
        return written;
    }

    private static void RequireNoNul(EncodedDocument document)
    {
        if (document.Key.Contains('\0')
            || document.Attributes.Any(one => AttributeFields.HasNul(one))
            || document.Passages.Any(one => one.Terms.Any(term => term.Key.Contains('\0'))))
        {
            throw new ArgumentException(
                $"the document '{document.Key.Replace("\0", "\\0", StringComparison.Ordinal)}' has a NUL in its key, "
                    + "attributes or terms, which PostgreSQL cannot keep.");
        }
    }

    private void RequireSame(IndexDefinition other, string parameter)
    {
        if (!DefinitionBody.Write(other).AsSpan().SequenceEqual(DefinitionBody.Write(Definition)))
        {
            throw new ArgumentException(
                $"the index '{Name}' has another definition: codes, fitted values and the model must be the same.",
                parameter);
        }
    }

    private static NpgsqlParameter Texts(string[] values) => new NpgsqlParameter<string[]>
    {
        TypedValue = values,
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };
}
