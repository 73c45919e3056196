using System.Globalization;
using Npgsql;
using Sextant.Indexes;

namespace Sextant.Postgres.Cli;

/// <summary>The commands of <c>sextant-postgres</c>; what goes wrong becomes one line and an exit code.</summary>
internal static class Tool
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int Cancelled = 130;

    private const string Usage = """
        usage: sextant-postgres export INDEX --to ADDRESS [--name NAME] [--types plain|pgvector] [--hnsw] [--insert]
               sextant-postgres export INDEX --to ADDRESS [--name NAME] --upsert [--insert]
               sextant-postgres import ADDRESS --index FOLDER [--name NAME]
               sextant-postgres list ADDRESS

        export copies the documents of an index folder into a table, as they are encoded: a new one, or with --upsert
        one of the same definition, whose documents of the same keys are replaced. import makes a folder of such a
        table. All of it is done, or nothing.

          ADDRESS            postgres://USER:PASSWORD@HOST:PORT/DATABASE, or Npgsql's Host=…;Username=…;Database=…
                             The password may also stand in PGPASSWORD or ~/.pgpass.
          --name NAME        of the table; by default the folder's name
          --types pgvector   vector and halfvec columns, of the extension pgvector; plain: real[] and bytea
          --hnsw             makes pgvector's graph too
          --insert           writes by INSERT, for poolers and servers that do not take COPY
          --upsert           into a table that is there
        """;

    /// <summary>Runs a command line: 0 ok, 1 failed, 2 wrong usage, 130 cancelled.</summary>
    public static async Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            if (args is ["--help" or "-h" or "help"] or [_, "--help" or "-h"])
            {
                await output.WriteLineAsync(Usage);
                return Ok;
            }
            var arguments = new Arguments(args);
            Func<Task> command = arguments.Command switch
            {
                "export" => () => ExportAsync(arguments, output, cancellation),
                "import" => () => ImportAsync(arguments, output, cancellation),
                "list" => () => ListAsync(arguments, output, cancellation),
                _ => throw new WrongUsageException($"there is no command '{arguments.Command}'"),
            };
            await command();
            return Ok;
        }
        catch (WrongUsageException problem)
        {
            await error.WriteLineAsync($"sextant-postgres: {problem.Message} (see sextant-postgres --help)");
            return WrongUsage;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Cancelled;
        }
        catch (Exception problem) when (
            problem is SextantException or ArgumentException or NpgsqlException or IOException)
        {
            await error.WriteLineAsync($"sextant-postgres: {problem.Message.ReplaceLineEndings(" ")}");
            return Failed;
        }
    }

    private static async Task ExportAsync(Arguments arguments, TextWriter output, CancellationToken cancellation)
    {
        string folder = arguments.Operand("an index folder"), name = arguments.Value("--name") ?? NameOf(folder);
        bool isUpsert = arguments.Has("--upsert"), usesCopy = !arguments.Has("--insert");
        string types = arguments.Value("--types") ?? "plain";
        if (isUpsert && (arguments.Value("--types") is not null || arguments.Has("--hnsw")))
        {
            throw new WrongUsageException(
                "--types and --hnsw are of a new table, and --upsert writes into one that is there");
        }
        var options = new PostgresOptions
        {
            Types = types switch
            {
                "plain" => PostgresTypes.Plain,
                "pgvector" => PostgresTypes.Pgvector,
                _ => throw new WrongUsageException($"--types is '{types}'; plain and pgvector are accepted"),
            },
            Hnsw = arguments.Has("--hnsw"),
            UsesCopy = usesCopy,
        };
        string address = Address.Of(arguments.Value("--to") ?? throw new WrongUsageException("--to ADDRESS is needed"));
        arguments.RequireAllUsed();
        using IndexReader reader = IndexReader.Open(folder);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(address);
        if (isUpsert)
        {
            PostgresIndex index = await PostgresIndex.OpenAsync(
                source, name, usesCopy: usesCopy, cancellation: cancellation);
            await index.UpsertAsync(reader, cancellation);
        }
        else
        {
            await PostgresIndex.CreateAsync(source, name, reader, options, cancellation);
        }
        string unfinished = reader.Unfinished is { } still ? $" The index is not finished: {still}." : "";
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{reader.Documents} documents with {reader.Count} passages are in the table {name}.{unfinished}"));
    }

    private static async Task ImportAsync(Arguments arguments, TextWriter output, CancellationToken cancellation)
    {
        string address = Address.Of(arguments.Operand("an address"));
        string folder = arguments.Value("--index") ?? throw new WrongUsageException("--index FOLDER is needed");
        string name = arguments.Value("--name") ?? NameOf(folder);
        arguments.RequireAllUsed();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(address);
        PostgresIndex index = await PostgresIndex.OpenAsync(source, name, cancellation: cancellation);
        bool isNew = !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();
        using VectorIndex local = isNew ? VectorIndex.Create(folder, index.Definition) : VectorIndex.Open(folder);
        try
        {
            await index.CopyToAsync(local, cancellation);
        }
        catch when (isNew)
        {
            local.Dispose();
            Directory.Delete(folder, recursive: true); // nothing else was in it
            throw;
        }
        local.Commit();
        using IndexReader reader = local.Read();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{folder} has {reader.Documents} documents with {reader.Count} passages."));
    }

    private static async Task ListAsync(Arguments arguments, TextWriter output, CancellationToken cancellation)
    {
        string address = Address.Of(arguments.Operand("an address"));
        arguments.RequireAllUsed();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(address);
        foreach (string name in await PostgresIndex.NamesAsync(source, cancellation))
        {
            PostgresIndex index = await PostgresIndex.OpenAsync(source, name, cancellation: cancellation);
            IndexDefinition definition = index.Definition;
            long passages = await index.CountAsync(cancellation);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{name}\t{passages} passages\t{definition.Dimensions} dimensions\t{definition.Code}"
                + $"{(definition.Rescore is { } rescore ? $" and {rescore}" : "")}\t{index.Types}"
                + $"{(index.HasGraph ? " with a graph" : "")}"));
        }
    }

    private static string NameOf(string folder) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
