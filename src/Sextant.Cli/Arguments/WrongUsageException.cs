namespace Sextant.Cli.Arguments;

/// <summary>The command line is wrong: exit code 2.</summary>
internal sealed class WrongUsageException(string message) : Exception(message);
