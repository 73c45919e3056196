using System.Runtime.CompilerServices;

namespace Sextant.Gpu;

/// <summary>One kernel with its grid and its arguments, in the order of its parameters. Lives on the stack.</summary>
/// <param name="kernel">Which.</param>
/// <param name="groups">Groups of items.</param>
/// <param name="groupSize">Items of a group.</param>
internal unsafe struct KernelLaunch(GpuKernel kernel, long groups, int groupSize)
{
    /// <summary>Most arguments.</summary>
    public const int Most = 48;

    private Arguments _values;
    private Sizes _sizes;

    public readonly GpuKernel Kernel => kernel;

    public readonly long Groups => groups;

    public readonly int GroupSize => groupSize;

    public int Count { get; private set; }

    /// <summary>The value of an argument, in the lowest bytes.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ref readonly long Value(int index) => ref _values[index];

    /// <summary>The arguments' values.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<long> Values => ((ReadOnlySpan<long>)_values)[..Count];

    /// <summary>Copies the values and points to each, as CUDA takes them.</summary>
    /// <param name="values">[<see cref="Most"/>].</param>
    /// <param name="parameters">[<see cref="Most"/>].</param>
    public readonly void CopyTo(long* values, void** parameters)
    {
        for (int i = 0; i < Count; i++)
        {
            values[i] = _values[i];
            parameters[i] = values + i;
        }
    }

    /// <summary>Bytes of an argument.</summary>
    public readonly int Size(int index) => _sizes[index];

    /// <summary>Adds a number.</summary>
    public void Add(int value) => Add(value, sizeof(int));

    /// <summary>Adds a number.</summary>
    public void Add(float value) => Add(BitConverter.SingleToInt32Bits(value), sizeof(float));

    /// <summary>Adds a number.</summary>
    public void Add(long value) => Add(value, sizeof(long));

    /// <summary>Adds a switch.</summary>
    public void Add(bool value) => Add(value ? 1L : 0L, sizeof(int));

    /// <summary>Adds a piece of memory: its block, and the element at which it begins. Address 0 is none.</summary>
    public void Add(AddressSpace space, nint address, int elementSize)
    {
        Add(address == 0 ? 0 : space[address].Handle, sizeof(long));
        Add(address == 0 ? 0 : AddressSpace.Offset(address) / elementSize, sizeof(long));
    }

    private void Add(long value, int size)
    {
        _values[Count] = value;
        _sizes[Count++] = (byte)size;
    }

    [InlineArray(Most)]
    private struct Arguments
    {
        private long _first;
    }

    [InlineArray(Most)]
    private struct Sizes
    {
        private byte _first;
    }
}
