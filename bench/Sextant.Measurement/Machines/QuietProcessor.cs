namespace Sextant.Measurement.Machines;

/// <summary>The processor that others use least, of those that are allowed.</summary>
/// <param name="Processor">Its number; −1 where the system lets no program choose.</param>
/// <param name="Load">Share of a moment's time in which it was busy; NaN where the system does not say.</param>
internal readonly record struct QuietProcessor(int Processor, double Load)
{
    // Ten of the system's ticks.
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Looks twice, a moment apart. Of equally busy processors the last: the first serves most interrupts. Where the
    /// system does not count, the last too.
    /// </summary>
    /// <param name="allowed">Processors that the process may use.</param>
    /// <param name="look">Reads the system's counters; null: this one's.</param>
    /// <param name="wait">Lets the moment pass; null: sleeps.</param>
    public static QuietProcessor Find(
        IReadOnlyList<int> allowed, Func<List<ProcessorTimes>>? look = null, Action? wait = null)
    {
        if (allowed.Count == 0)
            return new QuietProcessor(-1, double.NaN);
        look ??= ProcessorTimes.Now;
        var before = look().ToDictionary(times => times.Processor);
        (wait ?? (() => Thread.Sleep(s_moment)))();
        var after = look().ToDictionary(times => times.Processor);
        var best = new QuietProcessor(allowed[^1], double.NaN);
        foreach (int processor in allowed.Reverse())
        {
            if (!before.TryGetValue(processor, out ProcessorTimes then)
                || !after.TryGetValue(processor, out ProcessorTimes now) || now.All <= then.All)
                continue;
            double load = Math.Clamp(1 - (now.Idle - then.Idle) / (now.All - then.All), 0, 1);
            if (double.IsNaN(best.Load) || load < best.Load)
                best = new QuietProcessor(processor, load);
        }
        return best;
    }
}
