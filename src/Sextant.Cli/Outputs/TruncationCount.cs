using System.Globalization;

namespace Sextant.Cli.Outputs;

/// <summary>
/// Counts what a verb's inputs lost, and what the model did not know of them, and says it at the end.
/// </summary>
internal sealed class TruncationCount(string verb, string inputs)
{
    private long _inputs;
    private long _cut;
    private long _tokens;
    private readonly UnknownCount _unknown = new(inputs);

    /// <summary>Inputs so far.</summary>
    public long Inputs => _inputs;

    public void Add(TextReport report)
    {
        _inputs++;
        _unknown.Add(report);
        _cut += report.Truncated > 0 ? 1 : 0;
        _tokens += report.Truncated;
    }

    /// <summary>A line on standard error for each that there was any of.</summary>
    public void Warn(Terminal terminal, int limit)
    {
        _unknown.Warn(terminal);
        if (_cut == 0)
            return;
        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sextant {verb}: warning: {_cut} of {_inputs} {inputs} were cut: {_tokens} tokens beyond the model's "
            + $"{limit}"));
    }
}
