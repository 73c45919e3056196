namespace Sextant.Backends;

/// <summary>
/// Where a model's weights are and what computes: this machine's processor, or what another package opens, such as
/// <c>CudaDevice.Open(0)</c> and <c>OpenClDevice.Open(0)</c> of Sextant.Gpu. The library never looks for one by itself.
/// </summary>
/// <remarks>
/// Thread-safe. Any number of models can be loaded onto one device; each holds what it needs, so that the device may be
/// disposed as soon as they are loaded. Disposing the processor does nothing.
/// </remarks>
public abstract class Device : IDisposable
{
    private protected Device(string name) => Name = name;

    /// <summary>The processor: what is used where no device is named.</summary>
    public static Device Cpu { get; } = new CpuDevice(null, null);

    /// <summary>What it is, for people.</summary>
    public string Name { get; }

    /// <summary>
    /// Why this device stands in for the one that was preferred; null where it is what was asked for.
    /// </summary>
    public virtual string? Fallback => null;

    /// <summary>The processor in the place of a device that was preferred and cannot be used.</summary>
    /// <param name="reason">What was preferred and why it cannot be used; the model's card repeats it.</param>
    public static Device CpuInstead(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new CpuDevice(null, reason);
    }

    /// <summary>Whether it computes in this precision.</summary>
    public abstract bool Supports(Precision precision);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What a precision means here: fast is the best of the device's own.</summary>
    internal virtual Precision Resolve(Precision precision) => precision;

    /// <summary>Room for one model's weights, and the ops on them.</summary>
    /// <param name="precision">What to compute in.</param>
    /// <param name="threads">
    /// Threads of the processor; null for the process's team. Other devices have no use for it.
    /// </param>
    internal abstract Backend CreateBackend(Precision precision, int? threads);

    /// <summary>Throws where the device does not compute in a precision.</summary>
    internal void Require(Precision precision)
    {
        if (!Supports(precision))
        {
            string[] supported = Array.ConvertAll(
                Array.FindAll(Enum.GetValues<Precision>(), Supports), PrecisionName.Word);
            throw new UnsupportedRequestException(
                $"precision {precision.Word()} was asked for; {Name} has "
                + (supported.Length == 1 ? $"{supported[0]} only." : $"{string.Join(", ", supported)}."));
        }
    }

    /// <summary>Gives the device back.</summary>
    private protected virtual void Dispose(bool disposing)
    {
    }
}
