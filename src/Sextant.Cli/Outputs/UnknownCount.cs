using System.Globalization;

namespace Sextant.Cli.Outputs;

/// <summary>Counts texts of which a model knows little, and says it at the end.</summary>
/// <param name="inputs">What they are called.</param>
internal sealed class UnknownCount(string inputs)
{
    // An emoji in a sentence is no reason to speak; a sentence in a script that the vocabulary lacks is one.
    private const int OneTokenOf = 4;

    private long _inputs;
    private long _strange;

    /// <summary>Counts a text.</summary>
    public void Add(TextReport report)
    {
        _inputs++;
        _strange += IsStrange(report) ? 1 : 0;
    }

    /// <summary>One line on standard error, if there was any such text.</summary>
    /// <param name="terminal">Where to say it.</param>
    /// <param name="set">What the texts belong to, where there is more than one such thing.</param>
    public void Warn(Terminal terminal, string set = "")
    {
        if (_strange == 0)
            return;
        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{terminal.Program}: {(set.Length == 0 ? "" : set + ": ")}warning: in {_strange} of {_inputs} {inputs}, a "
            + $"quarter of the tokens or more are unknown to the model: it may be for another language"));
    }

    /// <summary>Says it of a query alone.</summary>
    public static void WarnOfQuery(Terminal terminal, TextReport report)
    {
        if (IsStrange(report))
        {
            terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{terminal.Program}: warning: {report.Unknown} of the query's {report.Tokens} tokens are unknown to "
                + $"the model: it may be for another language"));
        }
    }

    // Static tables leave unknown tokens out, so there may be more of them than tokens.
    private static bool IsStrange(TextReport report) =>
        report.Unknown > 0 && (long)report.Unknown * OneTokenOf >= report.Tokens;
}
