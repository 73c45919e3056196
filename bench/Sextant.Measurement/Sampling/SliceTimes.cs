using System.Diagnostics;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Sampling;

/// <summary>
/// Times the body of a <c>while (slices.Next())</c> loop slice by slice; what interrupts one does not count.
/// </summary>
internal sealed class SliceTimes(double seconds)
{
    private const int MaxTimes = 1024;
    private readonly double[] _times = new double[MaxTimes];
    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _last;
    private int _count = -1;

    /// <summary>The median of the slices, seconds.</summary>
    public double Median => Quantile.Of(_times.AsSpan(0, _count), 0.5);

    /// <summary>
    /// Ends a slice and says whether another is to follow: three at least, then until the time is over.
    /// </summary>
    public bool Next()
    {
        long now = Stopwatch.GetTimestamp();
        if (_count >= 0)
            _times[_count] = Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
        _count++;
        if (_count == MaxTimes || (_count >= 3 && Stopwatch.GetElapsedTime(_begin, now).TotalSeconds > seconds))
            return false;
        _last = Stopwatch.GetTimestamp();
        return true;
    }
}
