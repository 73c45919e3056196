using System.Globalization;

namespace Sextant.Cli.Outputs;

/// <summary>Says how far an index has come: bytes of the files, passages, and how long the rest may take.</summary>
/// <remarks>Passages of the running call are reported through <see cref="Report"/>.</remarks>
internal sealed class IndexProgress : IProgress<int>, IDisposable
{
    private readonly long _total;
    private readonly ProgressLine _line;
    private long _skipped;
    private long _embedded;

    public IndexProgress(Terminal terminal, IEnumerable<string> files)
    {
        _total = files.Sum(LengthOf);
        _line = new ProgressLine(terminal, "passages", null, Line);
    }

    /// <summary>So many bytes need no work.</summary>
    public void Skip(long bytes)
    {
        _skipped += bytes;
        _line.Report(0);
    }

    /// <summary>So many bytes are embedded, as so many passages.</summary>
    public void Add(long bytes, int passages)
    {
        _embedded += bytes;
        _line.Advance(passages);
    }

    /// <inheritdoc/>
    public void Report(int value) => _line.Report(value);

    /// <inheritdoc/>
    public void Dispose() => _line.Dispose();

    // Bytes that need no work say nothing of the speed of those that do.
    internal string Line(long passages, long milliseconds)
    {
        long done = Math.Min(_total, _skipped + _embedded);
        string rest = "";
        if (_embedded > 0)
        {
            double seconds = (double)(_total - done) / _embedded * milliseconds / 1000;
            rest = ", about " + Duration(TimeSpan.FromSeconds(Math.Min(seconds, 1e9))) + " left";
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"{done / 1e6:F1} of {_total / 1e6:F1} MB, {passages} passages, "
            + $"{passages * 1000.0 / Math.Max(1, milliseconds):F0}/s{rest}");
    }

    private static string Duration(TimeSpan time) => time.TotalMinutes switch
    {
        < 1 => FormattableString.Invariant($"{Math.Ceiling(time.TotalSeconds):F0} s"),
        < 60 => FormattableString.Invariant($"{time.Minutes} min {time.Seconds} s"),
        _ => FormattableString.Invariant($"{Math.Floor(time.TotalHours):F0} h {time.Minutes} min"),
    };

    // A file that has gone since it was found has nothing to embed.
    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
