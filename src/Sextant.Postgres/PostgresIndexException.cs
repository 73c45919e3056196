namespace Sextant.Postgres;

/// <summary>An index in PostgreSQL cannot be made, read or written: which, why, and what was kept.</summary>
public sealed class PostgresIndexException : SextantException
{
    /// <summary>Creates the error.</summary>
    /// <param name="index">The index's name.</param>
    /// <param name="problem">What was found, and what is accepted.</param>
    /// <param name="inner">What the server or the connection said.</param>
    public PostgresIndexException(string index, string problem, Exception? inner = null)
        : base($"index '{index}' in PostgreSQL: {problem}", inner) => Index = index;

    /// <summary>The index's name.</summary>
    public string Index { get; }
}
