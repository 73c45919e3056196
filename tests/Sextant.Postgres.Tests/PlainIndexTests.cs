using Npgsql;

namespace Sextant.Postgres.Tests;

/// <summary>Debian's PostgreSQL, its own types, rows by COPY BINARY.</summary>
[Collection("one index at a time")]
public class PlainIndexTests(DebianServer server) : IndexContract
{
    private protected override PostgresOptions Options { get; } = new();

    private protected override async Task With(Func<NpgsqlDataSource, Task> test)
    {
        NpgsqlDataSource source = server.Source;
        await DropAsync(source);
        await test(source);
    }
}

/// <summary>The same with rows by INSERT.</summary>
[Collection("one index at a time")]
public sealed class PlainInsertTests(DebianServer server) : PlainIndexTests(server)
{
    private protected override PostgresOptions Options { get; } = new() { UsesCopy = false };
}
