namespace Sextant.Measurement.Sampling;

/// <summary>Something that is timed: one variant of one case.</summary>
internal abstract class Subject : IDisposable
{
    /// <summary>The maximum number of runs between two calls of <see cref="Refresh"/>.</summary>
    public virtual int RunsPerRefresh => int.MaxValue;

    /// <summary>Brings inputs that a run uses up back to what they were; not timed.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>How long a slice should last at least: far longer than what looking at the clock costs.</summary>
    public virtual double MinSliceSeconds => 20e-6;

    /// <summary>Waits for what the runs have only started; its time is theirs.</summary>
    public virtual void Wait()
    {
    }

    /// <summary>
    /// Seconds that the runs since <see cref="Refresh"/> took by a clock of their own; NaN where the wall's counts.
    /// </summary>
    public virtual double OwnSeconds() => double.NaN;

    /// <summary>The work, once. Allocates nothing of its own.</summary>
    public abstract void Run();

    public virtual void Dispose()
    {
    }
}
