using System.Globalization;

namespace Sextant.Cli.Outputs;

/// <summary>
/// Says how far long work has come: one line on a terminal, written over; elsewhere, such as in the log of a server, a
/// line every ten seconds.
/// </summary>
/// <remarks>
/// Texts of the running call are reported through <see cref="Report"/>, finished calls through <see cref="Advance"/>.
/// </remarks>
internal sealed class ProgressLine : IProgress<int>, IDisposable
{
    private const long FirstAfter = 400;
    private const long Interval = 100;
    private const long IntervalOfLines = 10_000;

    private readonly TextWriter _error;
    private readonly bool _isTerminal;
    private readonly string _program;
    private readonly TimeProvider _clock;
    private readonly string _what;
    private readonly long? _total;
    private readonly Func<long, long, string>? _text;
    private readonly Lock _lock = new();
    private readonly long _started;
    private long _next;
    private long _done;
    private int _shown;

    /// <param name="terminal">Where to show it.</param>
    /// <param name="what">What is counted, such as "texts".</param>
    /// <param name="total">How many there are, where that is known.</param>
    /// <param name="text">The line for what is done and the milliseconds it took; null: counts and a rate.</param>
    public ProgressLine(Terminal terminal, string what, long? total = null, Func<long, long, string>? text = null)
    {
        (_error, _isTerminal, _program) = (terminal.Error, terminal.ErrorIsTerminal, terminal.Program);
        (_what, _total, _clock, _text) = (what, total, terminal.Clock, text);
        _next = _isTerminal ? FirstAfter : IntervalOfLines;
        _started = _clock.GetTimestamp();
    }

    /// <summary>So many of the running call are done.</summary>
    public void Report(int value)
    {
        long elapsed = (long)_clock.GetElapsedTime(_started).TotalMilliseconds;
        if (elapsed < Volatile.Read(ref _next) || !_lock.TryEnter())
            return;
        try
        {
            _next = elapsed + (_isTerminal ? Interval : IntervalOfLines);
            string line = Line(_done + value, elapsed);
            if (_isTerminal)
                Show(line);
            else
                _error.WriteLine($"{_program}: {line}");
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>A call is finished, with so many done.</summary>
    public void Advance(int count)
    {
        _done += count;
        Report(0);
    }

    public void Dispose()
    {
        if (_shown == 0)
            return;
        lock (_lock)
        {
            Show("");
            _error.Write('\r');
        }
    }

    internal string Line(long done, long milliseconds)
    {
        if (_text is not null)
            return _text(done, milliseconds);
        double rate = done * 1000.0 / Math.Max(1, milliseconds);
        string line = string.Create(CultureInfo.InvariantCulture, $"{done} {_what}, {rate:F0}/s");
        if (_total is not > 0)
            return line;
        if (!_isTerminal)
            return string.Create(CultureInfo.InvariantCulture, $"{done} of {_total} {_what}, {rate:F0}/s");
        const int Width = 24;
        int filled = (int)(Width * Math.Min(done, _total.Value) / _total.Value);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', filled)}{new string('.', Width - filled)}] {done} of {_total} {_what}, {rate:F0}/s");
    }

    // Spaces wipe out what the last line had more: no escape codes, so it works on any terminal.
    private void Show(string line)
    {
        _error.Write('\r' + line.PadRight(_shown));
        _shown = line.Length;
    }
}
