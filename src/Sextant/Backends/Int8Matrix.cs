using Sextant.Kernels;

namespace Sextant.Backends;

/// <summary>A matrix that is kept as it was stored until it becomes bytes.</summary>
internal sealed class Int8Matrix(CpuMatrix exact, CpuWeights memory)
    : Matrix(exact.Outputs, exact.Inputs, StoredType.I8)
{
    private CpuMatrix? _exact = exact;

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
    public void Free() => memory.Dispose();
}
