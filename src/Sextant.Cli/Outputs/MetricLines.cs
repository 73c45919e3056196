using System.Globalization;
using System.Text;
using Sextant.Evaluation;

namespace Sextant.Cli.Outputs;

/// <summary>
/// Writes what was measured: 'metric value' on each line, after the name of its set where there are several.
/// </summary>
/// <remarks>The value is the last word of a line and the metric the last but one, whatever a set is called.</remarks>
internal sealed class MetricLines(Terminal terminal) : IDisposable
{
    private readonly ResultStream _stream = new(terminal.Output);

    /// <summary>Writes a line at once, so that nothing is lost when a later set fails.</summary>
    public void Write(string set, string metric, double value)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{set} {metric} {value:F4}\n");
        _stream.Write(Encoding.UTF8.GetBytes(line.TrimStart(' ')));
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Says something of a set to a person.</summary>
    public static void Note(Terminal terminal, string set, string text) =>
        terminal.Error.WriteLine($"sextant eval: {(set.Length == 0 ? "" : set + ": ")}{text}");

    /// <summary>Says how many texts the model did not see all of.</summary>
    public static void WarnOfTruncation(Terminal terminal, string set, EmbeddingRun run, int limit)
    {
        if (run.Truncated > 0)
        {
            Note(terminal, set, FormattableString.Invariant(
                $"warning: {run.Truncated} of {run.Texts} texts lost what is beyond the model's {limit} tokens"));
        }
    }
}
