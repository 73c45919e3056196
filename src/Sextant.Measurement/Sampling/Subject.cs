namespace Sextant.Measurement.Sampling;

/// <summary>Something that is timed: one variant of one case.</summary>
internal abstract class Subject : IDisposable
{
    /// <summary>The most runs between two calls of <see cref="Refresh"/>.</summary>
    public virtual int RunsPerRefresh => int.MaxValue;

    /// <summary>Brings inputs that a run uses up back to what they were; not timed.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>The work, once. Allocates nothing of its own.</summary>
    public abstract void Run();

    public virtual void Dispose()
    {
    }
}
