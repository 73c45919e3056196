using System.Text;

namespace Sextant.Cli.Tests;

/// <summary>What a run of the tool came to.</summary>
public sealed record Outcome(int Exit, byte[] Bytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The one line of an error; fails where there is more or less.</summary>
    public string ErrorLine => Assert.Single(Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>Runs the tool inside the test's process.</summary>
public static class CommandLine
{
    public static Outcome Run(params string[] args) => RunWith("", args);

    public static Outcome RunWith(string input, params string[] args) => RunOn(new Streams(input), args);

    public static Outcome RunOn(Streams streams, params string[] args)
    {
        int exit = Tool.Run(args, streams.Terminal);
        return new Outcome(exit, streams.Output.ToArray(), streams.Error.ToString());
    }
}

/// <summary>Streams in memory.</summary>
public sealed class Streams
{
    public Streams(string input = "") =>
        Terminal = new Terminal(new MemoryStream(Encoding.UTF8.GetBytes(input)), Output, Error) { Clock = new Still() };

    public MemoryStream Output { get; } = new();

    public StringWriter Error { get; } = new();

    public Terminal Terminal { get; set; }

    // Time stands still, so that no line of progress is among the errors, however long the machine takes.
    private sealed class Still : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
