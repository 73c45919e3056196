using Sextant.Measurement.Sampling;
using Sextant.Runtime;

namespace Sextant.Measurement.Cases;

/// <summary>One kernel at one shape on random data, with its reference and the same in double beside it.</summary>
internal abstract unsafe class KernelCase : Subject
{
    private readonly List<NativeBlock> _memory = [];

    /// <summary>Operations of the arithmetic as kernels/NUMERICS.md writes it, an fma counting two.</summary>
    public abstract double Flops { get; }

    /// <summary>
    /// The unit whose peak bounds it where there is one: f32, bf16, i8; the start of a kind of FmaPeak.
    /// </summary>
    public virtual string Unit => "f32";

    /// <summary>Bytes that must be moved: every input read once, every output written once.</summary>
    public abstract double Bytes { get; }

    /// <summary>Bytes that the runs of one block touch: which level of the memory they come from.</summary>
    public virtual long WorkingSet => (long)Bytes;

    /// <summary>What a run wrote, as 32-bit patterns.</summary>
    protected abstract Span<int> Output { get; }

    /// <summary>Whether the output counts something; else it is f32.</summary>
    protected virtual bool IsInteger => false;

    /// <summary>How far from double it may be.</summary>
    protected virtual double MaxNmse => Accuracy.MaxExactNmse;

    /// <summary>
    /// Runs once on fresh inputs, poisons the output before, and compares with the reference and with double.
    /// </summary>
    /// <param name="whole">All of the output; else as much as the reference does in some ten milliseconds.</param>
    public Accuracy Verify(bool whole)
    {
        Refresh();
        Poison();
        Run();
        int[] actual = Output.ToArray();
        Refresh();
        int compared = RunReference(whole);
        ReadOnlySpan<int> expected = Output[..compared];
        Accuracy accuracy = Accuracy.Of(
            actual, expected, IsInteger, whole ? 1 : Math.Max(1, compared / 4096), Exact);
        return accuracy with { MaxNmse = MaxNmse };
    }

    /// <summary>Fills the output with NaNs (or −1), which no kernel may leave.</summary>
    protected virtual void Poison() => Output.Fill(IsInteger ? -1 : BitConverter.SingleToInt32Bits(float.NaN));

    /// <summary>
    /// Runs the reference into the same output and returns how many values from the start on it computed.
    /// </summary>
    protected abstract int RunReference(bool whole);

    /// <summary>An output in double arithmetic.</summary>
    protected abstract double Exact(int index);

    /// <summary>Random floats.</summary>
    protected float* Floats(long count, int seed, float scale = 1f)
    {
        var values = (float*)Allocate(count * sizeof(float));
        RandomData.Fill(values, count, seed, scale);
        return values;
    }

    /// <summary>Memory that lives as long as the case.</summary>
    /// <exception cref="OutOfMemoryException">This process may not have as much.</exception>
    protected void* Allocate(long bytes)
    {
        // Where memory is promised before it is there, the process would be killed when it is written.
        if (_memory.Sum(block => block.Bytes) + bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            throw new OutOfMemoryException();
        var block = new NativeBlock(bytes);
        _memory.Add(block);
        return block.Pointer;
    }

    public override void Dispose()
    {
        foreach (NativeBlock block in _memory)
            block.Dispose();
        _memory.Clear();
    }
}
