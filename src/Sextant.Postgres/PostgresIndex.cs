using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sextant.Indexes;

namespace Sextant.Postgres;

/// <summary>
/// An index whose rows are in PostgreSQL: one table, with the codes and vectors that an index of the library has, and
/// a row in <c>sextant_indexes</c> that says what it is made of and by which model.
/// </summary>
/// <remarks>
/// Tables are found by the connection's search path. Each call takes a connection of its own from the data source,
/// which stays the caller's; any number of threads may call. One writer at a time changes an index, on the server;
/// others wait. Reading goes on meanwhile, and sees what is committed. An index that was dropped and made anew since
/// it was opened is refused. Texts with a NUL are refused, which PostgreSQL cannot keep.
/// </remarks>
public sealed partial class PostgresIndex
{
    private readonly ServerCalls _server;
    private readonly IndexTable _table;
    private readonly Guid _made;

    private PostgresIndex(NpgsqlDataSource source, IndexTable table, Guid made, bool hasGraph)
    {
        (_server, _table, _made) = (new ServerCalls(source, table.Name), table, made);
        HasGraph = hasGraph;
    }

    /// <summary>Its name, and that of its table.</summary>
    public string Name => _table.Name;

    /// <summary>What the index is made of.</summary>
    public IndexDefinition Definition => _table.Definition;

    /// <summary>The types of its columns.</summary>
    public PostgresTypes Types => _table.Types;

    /// <summary>Whether there was pgvector's graph over what is scanned when the index was opened.</summary>
    public bool HasGraph { get; }

    /// <summary>Whether rows are written by COPY; false: by INSERT (<see cref="PostgresOptions.UsesCopy"/>).</summary>
    public bool UsesCopy { get; init; } = true;

    /// <summary>Makes an empty index: its table, its entry, and pgvector's graph where that is asked for.</summary>
    /// <param name="source">Connections.</param>
    /// <param name="name">Of the index and its table; up to 48 bytes.</param>
    /// <param name="definition">What it is made of, for ever. Lists are not used by the server.</param>
    /// <param name="options">Types and graph.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">The definition does not hold together, or no table has the name.</exception>
    /// <exception cref="PostgresIndexException">There is one, or the server refuses. Nothing was made.</exception>
    public static Task<PostgresIndex> CreateAsync(
        NpgsqlDataSource source, string name, IndexDefinition definition, PostgresOptions? options = null,
        CancellationToken cancellation = default) =>
        CreateAsync(source, name, definition, null, options, cancellation);

    /// <summary>Makes an index of all documents of another one, as they are encoded there; all, or nothing.</summary>
    /// <param name="source">Connections.</param>
    /// <param name="name">Of the index and its table; up to 48 bytes.</param>
    /// <param name="documents">The index.</param>
    /// <param name="options">Types and graph.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">No table has such a name.</exception>
    /// <exception cref="PostgresIndexException">There is one, or the server refuses. Nothing was made.</exception>
    public static Task<PostgresIndex> CreateAsync(
        NpgsqlDataSource source, string name, IndexReader documents, PostgresOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return CreateAsync(source, name, documents.Definition, documents, options, cancellation);
    }

    /// <summary>Opens an index.</summary>
    /// <param name="source">Connections.</param>
    /// <param name="name">Its name.</param>
    /// <param name="expected">
    /// Properties that the index must have, such as the fingerprint of the model that will make queries and vectors.
    /// </param>
    /// <param name="usesCopy">Whether rows are written by COPY; false: by INSERT.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PostgresIndexException">There is none, or the server refuses.</exception>
    /// <exception cref="InvalidIndexException">It was made by another model, or its definition is damaged.</exception>
    public static async Task<PostgresIndex> OpenAsync(
        NpgsqlDataSource source, string name, IEnumerable<KeyValuePair<string, string>>? expected = null,
        bool usesCopy = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        IndexTable.RequireName(name);
        var server = new ServerCalls(source, name);
        PostgresIndex index = await server.Read("opening", async connection =>
        {
            await using NpgsqlCommand command = connection.CreateCommand();
            command.CommandText =
                "select made, format, types, definition, exists(select from pg_indexes where schemaname = any("
                + "current_schemas(false)) and tablename = $1 and indexname = $1 || '_graph') "
                + $"from {IndexTable.Indexes} where name = $1";
            command.Parameters.Add(Text(name));
            NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync(cancellation).ConfigureAwait(false)
                    ? Read(source, name, reader, usesCopy)
                    : throw new PostgresIndexException(name, "there is no such index.");
            }
        }, cancellation).ConfigureAwait(false);
        if (expected is not null)
            index.Definition.RequireSame(name, expected);
        return index;
    }

    /// <summary>The names of all indexes that the connection's search path reaches first, in their order.</summary>
    /// <exception cref="PostgresIndexException">The server refuses.</exception>
    public static Task<IReadOnlyList<string>> NamesAsync(
        NpgsqlDataSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ServerCalls(source, IndexTable.Indexes).Read<IReadOnlyList<string>>("listing", async connection =>
        {
            await using NpgsqlCommand command = connection.CreateCommand();
            command.CommandText = $"select to_regclass('{IndexTable.Indexes}') is not null";
            if (!(bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!)
                return [];
            command.CommandText = $"select name from {IndexTable.Indexes} order by name collate \"C\"";
            var names = new List<string>();
            NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                    names.Add(reader.GetString(0));
            }
            return names;
        }, cancellation);
    }

    /// <summary>Drops the table and its entry.</summary>
    /// <exception cref="PostgresIndexException">It is not there any more, or the server refuses.</exception>
    public Task DropAsync(CancellationToken cancellation = default) => _server.Write("dropping", async connection =>
    {
        await LockAsync(connection, cancellation).ConfigureAwait(false);
        await RunAsync(connection, $"drop table {_table.Table}", cancellation).ConfigureAwait(false);
        await RunAsync(
            connection, $"delete from {IndexTable.Indexes} where name = $1", cancellation, Text(Name))
            .ConfigureAwait(false);
        return 0;
    }, cancellation);

    /// <summary>How many passages there are.</summary>
    /// <exception cref="PostgresIndexException">The server refuses.</exception>
    public Task<long> CountAsync(CancellationToken cancellation = default) =>
        _server.Read("counting", async connection =>
        {
            await using NpgsqlCommand command = connection.CreateCommand();
            command.CommandText = $"select count(*) from {_table.Table} where number >= 0";
            return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        }, cancellation);

    private static async Task<PostgresIndex> CreateAsync(
        NpgsqlDataSource source, string name, IndexDefinition definition, IndexReader? documents,
        PostgresOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        options ??= new PostgresOptions();
        var table = new IndexTable(name, definition, options.Types);
        if (options.Hnsw && (options.Types == PostgresTypes.Plain || table.CreateGraph is null))
        {
            throw new ArgumentException(
                $"a graph over {definition.Code} codes with {options.Types} types; pgvector makes them over binary, "
                    + "float32 and float16 ones, with its types.",
                nameof(options));
        }
        return await new ServerCalls(source, name).Write("making it", async connection =>
        {
            Guid made = await MakeAsync(connection, table, cancellation).ConfigureAwait(false);
            var index = new PostgresIndex(source, table, made, options.Hnsw) { UsesCopy = options.UsesCopy };
            if (documents is not null)
                await index.WriteAsync(connection, documents.EncodedDocuments(), cancellation).ConfigureAwait(false);
            if (options.Hnsw)
                await RunAsync(connection, table.CreateGraph!, cancellation).ConfigureAwait(false);
            return index;
        }, cancellation).ConfigureAwait(false);
    }

    private static async Task<Guid> MakeAsync(
        NpgsqlConnection connection, IndexTable table, CancellationToken cancellation)
    {
        // 'if not exists' is no protection against another one who does the same now.
        await RunAsync(connection, $"select pg_advisory_xact_lock(hashtext('{IndexTable.Indexes}'))", cancellation)
            .ConfigureAwait(false);
        await RunAsync(connection, IndexTable.CreateIndexes, cancellation).ConfigureAwait(false);
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = $"insert into {IndexTable.Indexes} (name, format, types, definition, properties) "
            + "values ($1, $2, $3, $4, $5::jsonb) on conflict do nothing returning made";
        command.Parameters.Add(Text(table.Name));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = IndexTable.Format });
        command.Parameters.Add(Text(WordOf(table.Types)));
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = DefinitionBody.Write(table.Definition) });
        command.Parameters.Add(Text(Encoding.UTF8.GetString(JsonFields.Of(table.Definition.Properties).Span)));
        object made = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false)
            ?? throw new PostgresIndexException(table.Name, "there is one of this name already. Nothing was made.");
        await RunAsync(connection, table.Create, cancellation).ConfigureAwait(false);
        return (Guid)made;
    }

    private static PostgresIndex Read(NpgsqlDataSource source, string name, NpgsqlDataReader reader, bool usesCopy)
    {
        int format = reader.GetInt32(1);
        if (format != IndexTable.Format)
        {
            throw new PostgresIndexException(
                name, $"has the format {format}; this program reads {IndexTable.Format}.");
        }
        string word = reader.GetString(2);
        PostgresTypes types = Enum.GetValues<PostgresTypes>().Cast<PostgresTypes?>().FirstOrDefault(
            one => WordOf(one!.Value) == word)
            ?? throw new PostgresIndexException(
                name, $"has columns of types '{word}', which this program does not know.");
        IndexDefinition definition = DefinitionBody.Read(name, reader.GetFieldValue<byte[]>(3));
        var table = new IndexTable(name, definition, types);
        return new PostgresIndex(source, table, reader.GetGuid(0), reader.GetBoolean(4))
        {
            UsesCopy = usesCopy,
        };
    }

    private static string WordOf(PostgresTypes types) => types == PostgresTypes.Plain ? "plain" : "pgvector";

    private static NpgsqlParameter Text(string value) =>
        new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static async Task RunAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0; // a graph over many rows takes its time; the caller's token ends it
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
