namespace Sextant.Postgres.Cli;

/// <summary>The command line is wrong; nothing was done.</summary>
internal sealed class WrongUsageException(string message) : Exception(message);
