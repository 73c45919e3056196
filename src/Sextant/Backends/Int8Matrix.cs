using Sextant.Kernels;

namespace Sextant.Backends;

/// <summary>A matrix that is kept as it was stored until it becomes bytes.</summary>
internal sealed class Int8Matrix : Matrix
{
    private readonly CpuWeights? _memory;
    private CpuMatrix? _exact;

    /// <param name="exact">The weights as they were stored.</param>
    /// <param name="memory">Where they are.</param>
    public Int8Matrix(CpuMatrix exact, CpuWeights memory)
        : base(exact.Outputs, exact.Inputs, StoredType.I8) => (_exact, _memory) = (exact, memory);

    /// <param name="packed">Weights that were stored as bytes.</param>
    public Int8Matrix(PackedInt8Matrix packed)
        : base(packed.Outputs, packed.Inputs, StoredType.I8) => Packed = packed;

    /// <summary>The weights as they were stored; null once they are bytes.</summary>
    public CpuMatrix? Exact => _exact;

    /// <summary>The largest magnitude of each input that was seen [K]; null where nobody looks.</summary>
    public float[]? Maxima { get; set; }

    /// <summary>The weights as bytes, once <see cref="Exact"/> is null.</summary>
    public PackedInt8Matrix Packed { get; private set; }

    /// <summary>Takes the bytes and forgets the rest.</summary>
    public void Settle(PackedInt8Matrix packed)
    {
        Packed = packed;
        _exact = null;
        Maxima = null;
        Free();
    }

    /// <summary>Frees the weights as they were stored.</summary>
    public void Free() => _memory?.Dispose();
}
