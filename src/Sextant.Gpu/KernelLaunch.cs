using System.Runtime.CompilerServices;

namespace Sextant.Gpu;

/// <summary>
/// One kernel with its grid and its arguments, in the order of its parameters: an argument that is not of its
/// parameter's type, or one too many, is refused. Lives on the stack.
/// </summary>
internal unsafe struct KernelLaunch
{
    /// <summary>Maximum number of arguments.</summary>
    public const int MaxArguments = 48;

    private readonly GpuParameter[] _parameters;
    private int _parameter;
    private Arguments _values;
    private Sizes _sizes;
    private ulong _handles;

    /// <param name="kernel">Which.</param>
    /// <param name="groups">Groups of items.</param>
    public KernelLaunch(GpuKernel kernel, long groups)
    {
        GpuKernelInfo info = GpuKernels.Of(kernel);
        (Kernel, Groups, GroupSize, _parameters) = (kernel, groups, info.GroupSize, info.Parameters);
    }

    public GpuKernel Kernel { get; }

    public long Groups { get; }

    public int GroupSize { get; }

    public int Count { get; private set; }

    /// <summary>The value of an argument, in the lowest bytes.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ref readonly long Value(int index) => ref _values[index];

    /// <summary>The arguments' values.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<long> Values => ((ReadOnlySpan<long>)_values)[..Count];

    /// <summary>Copies the values and points to each, as CUDA takes them.</summary>
    /// <param name="values">[<see cref="MaxArguments"/>].</param>
    /// <param name="parameters">[<see cref="MaxArguments"/>].</param>
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

    /// <summary>Whether an argument is a block of memory, as the driver calls it.</summary>
    public readonly bool IsHandle(int index) => ((_handles >> index) & 1) != 0;

    /// <summary>Adds a number.</summary>
    public void Add(int value) => AddNumber(value, sizeof(int), "i32");

    /// <summary>Adds a number.</summary>
    public void Add(float value) =>
        AddNumber(BitConverter.SingleToInt32Bits(value), sizeof(float), "f32");

    /// <summary>Adds a number.</summary>
    public void Add(long value) => AddNumber(value, sizeof(long), "i64");

    /// <summary>Adds a switch.</summary>
    public void Add(bool value) => AddNumber(value ? 1L : 0L, sizeof(int), "i32");

    /// <summary>Adds a piece of memory: its block, and the element at which it begins. Address 0 is none.</summary>
    public void Add(AddressSpace space, nint address, int elementSize)
    {
        GpuParameter parameter = Next();
        if (parameter.ElementSize != elementSize)
            throw Wrong(parameter, $"memory of elements of {elementSize} bytes");
        _handles |= 1ul << Count;
        Add(address == 0 ? 0 : space[address].Handle, sizeof(long));
        Add(address == 0 ? 0 : AddressSpace.Offset(address) / elementSize, sizeof(long));
    }

    private void AddNumber(long value, int size, string type)
    {
        GpuParameter parameter = Next();
        if (parameter.Type != type)
            throw Wrong(parameter, type);
        Add(value, size);
    }

    private GpuParameter Next() => _parameter < _parameters.Length ? _parameters[_parameter++]
        : throw new InvalidOperationException($"{GpuKernels.Of(Kernel).Name} has {_parameters.Length} parameters.");

    private readonly InvalidOperationException Wrong(GpuParameter parameter, string found) =>
        new($"{GpuKernels.Of(Kernel).Name}: {parameter.Name} is {parameter.Type}; it was given {found}.");

    private void Add(long value, int size)
    {
        _values[Count] = value;
        _sizes[Count++] = (byte)size;
    }

    [InlineArray(MaxArguments)]
    private struct Arguments
    {
        private long _first;
    }

    [InlineArray(MaxArguments)]
    private struct Sizes
    {
        private byte _first;
    }
}
