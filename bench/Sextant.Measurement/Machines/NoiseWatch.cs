using System.Globalization;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Machines;

/// <summary>Watches the machine while something is measured: other programs, the host, heat, the clock.</summary>
internal sealed class NoiseWatch
{
    private const double MuchLoad = 0.1;
    private const double MuchStolen = 0.01;
    private const double MuchSpread = 0.05;

    private readonly Func<SystemMoment> _look;
    private readonly SystemMoment _before;

    /// <summary>Begins to watch.</summary>
    /// <param name="look">Looks at the system; null: at this one.</param>
    public NoiseWatch(Func<SystemMoment>? look = null)
    {
        _look = look ?? SystemMoment.Now;
        _before = _look();
    }

    /// <summary>The machine itself, round by round.</summary>
    public Calibration Calibration { get; } = new();

    /// <summary>Processor seconds of child processes that took part: they are no disturbance.</summary>
    public double ChildSeconds { get; set; }

    /// <summary>Whether every pin that was asked for held; null where none was.</summary>
    public bool? Pinned { get; private set; }

    /// <summary>The processor that single threads are pinned to; null where none is yet.</summary>
    public QuietProcessor? Chosen { get; set; }

    /// <summary>Says whether a thread that was to stay on one processor does.</summary>
    public void Pin(bool holds) => Pinned = holds && Pinned != false;

    /// <summary>What happened since the watch began.</summary>
    public NoiseReport Report()
    {
        SystemMoment after = _look();
        double seconds = after.Seconds - _before.Seconds;
        double own = after.Own - _before.Own + ChildSeconds;
        double other = double.NaN, stolen = double.NaN;
        if (after.All > _before.All && seconds > 0)
        {
            // Busy seconds that are not ours are somebody's.
            other = Math.Max(0, after.Busy - _before.Busy - own) / seconds;
            stolen = (after.Stolen - _before.Stolen) / (after.All - _before.All);
        }
        List<double> arithmetic = Calibration[Ceiling.Arithmetic];
        double spread = arithmetic.Count > 1 ? 1 - arithmetic.Min() / arithmetic.Max() : double.NaN;
        long throttled = after.Throttled < 0 ? -1 : after.Throttled - _before.Throttled;
        var notes = new List<string>();
        if (other > MuchLoad)
            notes.Add(Line($"other programs kept {other:F2} processors busy meanwhile"));
        if (stolen > MuchStolen)
            notes.Add(Line($"the host took {stolen:P1} of the processors' time"));
        if (spread > MuchSpread)
        {
            notes.Add(Line($"the same arithmetic was up to {spread:P0} slower in some rounds ")
                + Line($"({arithmetic.Min():F0} to {arithmetic.Max():F0} GFLOP/s): ")
                + "the clock or the core's share changed");
        }
        if (throttled > 0)
            notes.Add(Line($"a processor lowered its clock because of heat, {throttled} times"));
        if (Chosen is { Load: > MuchLoad } busy && Pinned == true)
        {
            notes.Add(Line($"others kept processor {busy.Processor}, the least busy, ")
                + Line($"{busy.Load:P0} busy before single threads were pinned to it"));
        }
        if (Pinned == false)
            notes.Add("threads could not be kept on one processor each; the system may have moved them");
        return new NoiseReport(other, stolen, _before.Load, spread, throttled, notes)
        {
            Pinned = Pinned,
            Chosen = Pinned == true ? Chosen : null,
            Calibration = Calibration,
        };
    }

    /// <summary>The spread of a row's rounds, in words where it is large; null where not.</summary>
    public static string? SpreadNote(ReadOnlySpan<double> samples)
    {
        double spread = (Quantile.Of(samples, 0.9) - Quantile.Of(samples, 0.1)) / Quantile.Median(samples);
        return spread > 0.1 ? Line($"noisy: {spread:P0} from p10 to p90") : null;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
