using System.Globalization;

namespace Sextant.Cli.Outputs;

/// <summary>Counts what a verb's inputs lost, and says it at the end.</summary>
internal sealed class TruncationCount(string verb, string inputs)
{
    private long _inputs;
    private long _cut;
    private long _tokens;

    /// <summary>Inputs so far.</summary>
    public long Inputs => _inputs;

    public void Add(TextReport report)
    {
        _inputs++;
        _cut += report.Truncated > 0 ? 1 : 0;
        _tokens += report.Truncated;
    }

    /// <summary>One line on standard error, if anything was cut.</summary>
    public void Warn(Terminal terminal, int limit)
    {
        if (_cut == 0)
            return;
        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sextant {verb}: warning: {_cut} of {_inputs} {inputs} were cut: {_tokens} tokens beyond the model's "
            + $"{limit}"));
    }
}
