using Npgsql;

namespace Sextant.Postgres;

/// <summary>Connections to a server, and its errors in words.</summary>
/// <param name="Source">The caller's.</param>
/// <param name="Index">The index's name, for messages.</param>
internal sealed record ServerCalls(NpgsqlDataSource Source, string Index)
{
    /// <summary>Reads with a connection.</summary>
    /// <param name="what">What is done, for the message: "searching".</param>
    /// <param name="work">Does it.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<T> Read<T>(string what, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            await using NpgsqlConnection connection =
                await Source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        }
        catch (Exception problem) when (IsServers(problem, cancellation))
        {
            throw Failed(what, "", problem);
        }
    }

    /// <summary>Writes in one transaction: all of it, or nothing.</summary>
    public async Task<T> Write<T>(string what, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        bool isCommitting = false;
        try
        {
            await using NpgsqlConnection connection =
                await Source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            NpgsqlTransaction transaction =
                await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                T result = await work(connection).ConfigureAwait(false);
                isCommitting = true;
                // Not cancelled any more: the answer would be unknown.
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }
        }
        catch (Exception problem) when (IsServers(problem, cancellation))
        {
            throw Failed(
                what,
                isCommitting ? " The connection ended in the commit: all of it was written, or nothing."
                    : " Nothing of it was written.",
                problem);
        }
    }

    private PostgresIndexException Failed(string what, string state, Exception problem)
    {
        Exception root = problem;
        while (root is not Npgsql.PostgresException && root.InnerException is { } inner)
            root = inner;
        string said = root == problem ? problem.Message : $"{problem.Message} ({root.Message})";
        if (root is Npgsql.PostgresException { SqlState: PostgresErrorCodes.UndefinedObject } missing
            && missing.MessageText.Contains("vec", StringComparison.Ordinal))
            said += "; the extension pgvector is needed on the server, or the plain types";
        return new PostgresIndexException(Index, $"{what} failed: {said}.{state}", problem);
    }

    // A cancelled statement of the caller's is not the server's fault.
    private static bool IsServers(Exception problem, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested
        && problem is NpgsqlException;
}
