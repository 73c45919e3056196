namespace Sextant.Gpu;

/// <summary>What CUDA and OpenCL have in common: memory, queues, and a few facts. One for each opened device.</summary>
/// <remarks>Thread-safe. Its device and every model on it hold it; the last one that lets go closes it.</remarks>
internal abstract class GpuDriver
{
    private int _holders = 1;

    /// <summary>The device, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the device is a processor, whose local memory is its memory.</summary>
    public abstract bool IsProcessor { get; }

    /// <summary>
    /// Whether exact products and attention are <see cref="GpuModule.Vectors"/>: a vector for each item, not an item
    /// for each lane.
    /// </summary>
    public virtual bool HasVectors => false;

    /// <summary>Units that work at the same time.</summary>
    public abstract int Units { get; }

    /// <summary>Whether it computes in f64, which only measurements ask for.</summary>
    public abstract bool HasDoubles { get; }

    /// <summary>Maximum number of bytes of one block.</summary>
    public abstract long LargestBlock { get; }

    /// <summary>Whether it has the kernels of fast mode.</summary>
    public abstract bool HasFast { get; }

    /// <summary>Whether fast mode's products are those of warpgroups (kernels/gpu/FastWideGemm.h).</summary>
    public virtual bool HasWide => false;

    /// <summary>Which products fast mode has and why, where a device has a choice; null where it has none.</summary>
    public virtual string? FastNote => null;

    /// <summary>Loads the kernels of fast mode, where they are loaded by themselves.</summary>
    public virtual void LoadFast()
    {
    }

    /// <summary>How an exact product is cut.</summary>
    public virtual ProductTile ExactTile(int rows, int outputs, int inputs) => HasVectors
        ? ProductTile.Vectors : ProductTile.Choose(ProductTile.Exact, rows, outputs, inputs, Units);

    /// <summary>Tokens of a batch that serve it best.</summary>
    public abstract int TokensPerBatch { get; }

    /// <summary>
    /// Floating-point operations that a call which can be cancelled starts before it waits and looks: some
    /// milliseconds.
    /// </summary>
    public virtual double WorkBetweenLooks => IsProcessor ? 1L << 30 : 1L << 37;

    /// <summary>Allocates memory that holds garbage.</summary>
    /// <exception cref="DeviceException">There is not so much.</exception>
    public abstract nint Allocate(long bytes);

    public abstract void Free(nint handle);

    /// <summary>Creates a queue. Queues run beside each other.</summary>
    public abstract GpuQueue CreateQueue();

    /// <summary>Refuses a number that no device of a kind has.</summary>
    /// <param name="kind">As <see cref="DeviceChoice"/> names it.</param>
    /// <param name="index">What was asked for.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="none">What to say where there is none.</param>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static void RequireIndex(string kind, int index, int count, string none)
    {
        if (index < count)
            return;
        throw DeviceException.Unavailable(
            FormattableString.Invariant($"{kind}:{index}"),
            count == 0 ? none : FormattableString.Invariant($"there is no such device; there are 0 to {count - 1}."));
    }

    /// <summary>Holds it, until <see cref="Release"/>.</summary>
    public GpuDriver Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>Lets it go.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            Close();
    }

    protected abstract void Close();
}

/// <summary>Work in order: one for each workspace, so for each call in flight.</summary>
/// <remarks>Not thread-safe.</remarks>
internal abstract unsafe class GpuQueue : IDisposable
{
    /// <summary>
    /// Says that the work to come is a batch of so many tokens. Where there are few, a queue may put kernels by until
    /// something is copied or waited for, and start them together.
    /// </summary>
    public virtual void Expect(int tokens)
    {
    }

    /// <summary>
    /// Memory of this process from which uploads are fast, and which stays as it is until <see cref="Finish"/>.
    /// </summary>
    public abstract byte* Staging(long bytes);

    /// <summary>Starts a copy from <see cref="Staging"/> memory.</summary>
    public abstract void Upload(nint handle, long offset, byte* source, long bytes);

    /// <summary>Copies to this process when all work before is done, and waits for it.</summary>
    public abstract void Download(nint handle, long offset, void* destination, long bytes);

    /// <summary>Starts a kernel.</summary>
    public abstract void Launch(ref readonly KernelLaunch launch);

    /// <summary>Waits until all work is done.</summary>
    public abstract void Finish();

    public abstract void Dispose();
}
