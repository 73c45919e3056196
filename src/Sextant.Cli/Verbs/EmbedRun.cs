using System.Globalization;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Codes;

namespace Sextant.Cli.Verbs;

/// <summary>Embeds a stream of inputs in batches, so that memory does not grow with their number.</summary>
internal sealed class EmbedRun(
    EmbeddingModel model, VectorWriter writer, RangeCalibration? calibration, ProgressLine progress, Terminal terminal)
{
    // The model sorts and splits a batch by itself; this bounds what is in memory: vectors by the first,
    // texts by the second.
    private const int BatchInputs = 4096;
    private const int BatchSize = 1 << 24;

    private float[] _vectors = [];
    private TextReport[] _reports = [];
    private long _index;
    private long _truncatedTexts;
    private long _truncatedTokens;
    private readonly UnknownCount _unknown = new("texts");

    /// <summary>A method of the model that embeds a batch.</summary>
    public delegate void Embed<T>(
        IReadOnlyList<T> inputs, Span<float> destination, Span<TextReport> reports, IProgress<int>? progress,
        CancellationToken cancellation);

    /// <summary>Embeds and writes all inputs.</summary>
    /// <param name="inputs">Texts or sequences.</param>
    /// <param name="size">Size of an input, in what it is made of.</param>
    /// <param name="embed">The model's method.</param>
    public void All<T>(IEnumerable<T> inputs, Func<T, int> size, Embed<T> embed)
    {
        var batch = new List<T>();
        long batchSize = 0;
        foreach (T input in inputs)
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            batch.Add(input);
            batchSize += size(input);
            if (batch.Count == BatchInputs || batchSize >= BatchSize)
            {
                Write(batch, embed);
                batchSize = 0;
            }
        }
        Write(batch, embed);
    }

    /// <summary>Says how many texts were cut, and of how many the model knows little, if there were any.</summary>
    public void Warn(Truncation truncation)
    {
        _unknown.Warn(terminal);
        if (_truncatedTexts == 0)
            return;
        string end = truncation == Truncation.Left ? "beginning" : "end";
        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sextant embed: warning: {_truncatedTexts} of {_index} texts lost their {end}: "
            + $"{_truncatedTokens} tokens beyond the model's {model.MaxTokens}"));
    }

    private void Write<T>(List<T> batch, Embed<T> embed)
    {
        if (batch.Count == 0)
            return;
        int dimensions = model.Dimensions;
        if (_reports.Length < batch.Count)
            (_vectors, _reports) = (new float[checked(batch.Count * dimensions)], new TextReport[batch.Count]);
        Span<float> vectors = _vectors.AsSpan(0, batch.Count * dimensions);
        Span<TextReport> reports = _reports.AsSpan(0, batch.Count);
        try
        {
            embed(batch, vectors, reports, progress, terminal.Cancellation);
        }
        catch (SextantException problem) when (_index > 0)
        {
            throw InputNumber.InWholeInput(problem, _index);
        }
        for (int i = 0; i < batch.Count; i++)
        {
            Write(reports[i], vectors.Slice(i * dimensions, dimensions));
            _unknown.Add(reports[i]);
            _truncatedTexts += reports[i].Truncated > 0 ? 1 : 0;
            _truncatedTokens += reports[i].Truncated;
        }
        progress.Advance(batch.Count);
        batch.Clear();
    }

    private void Write(TextReport report, ReadOnlySpan<float> vector)
    {
        try
        {
            writer.Write(_index, report, vector);
        }
        catch (ArgumentException problem)
        {
            throw new InputException(FormattableString.Invariant($"text {_index}: {problem.Message}"));
        }
        calibration?.Add(vector);
        _index++;
    }
}
