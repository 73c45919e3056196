using ILGPU;

namespace Sextant.Ilgpu.Kernels;

/// <summary>Four floats that are read and written as one.</summary>
internal struct Float4
{
    public float X, Y, Z, W;
}

/// <summary>Four 16-bit numbers that are read as one.</summary>
internal struct UShort4
{
    public ushort X, Y, Z, W;
}

/// <summary>How weights are stored, one or four at a time. Widening to f32 is exact.</summary>
internal interface IStored<TOne, TFour>
{
    float Widen(TOne x);

    Float4 Widen(TFour x);
}

/// <summary>f32.</summary>
internal struct StoredF32 : IStored<float, Float4>
{
    public readonly float Widen(float x) => x;

    public readonly Float4 Widen(Float4 x) => x;
}

/// <summary>f16, by integers and one exact product: denormal halves are normal floats.</summary>
internal struct StoredF16 : IStored<ushort, UShort4>
{
    private const float TwoTo112 = 5.192296858534828e33f;

    public readonly float Widen(ushort x)
    {
        uint bits = (uint)x;
        uint magnitude = (bits & 0x7FFFu) << 13;
        uint wide = magnitude >= 0x0F800000u
            ? magnitude | 0x7F800000u : Interop.FloatAsInt(Exact.Mul(Interop.IntAsFloat(magnitude), TwoTo112));
        return Interop.IntAsFloat(wide | ((bits & 0x8000u) << 16));
    }

    public readonly Float4 Widen(UShort4 x) =>
        new() { X = Widen(x.X), Y = Widen(x.Y), Z = Widen(x.Z), W = Widen(x.W) };
}

/// <summary>bf16: the upper half of an f32.</summary>
internal struct StoredBF16 : IStored<ushort, UShort4>
{
    public readonly float Widen(ushort x) => Interop.IntAsFloat((uint)x << 16);

    public readonly Float4 Widen(UShort4 x) =>
        new() { X = Widen(x.X), Y = Widen(x.Y), Z = Widen(x.Z), W = Widen(x.W) };
}

/// <summary>int8, four of them in an int.</summary>
internal struct StoredI8 : IStored<sbyte, int>
{
    public readonly float Widen(sbyte x) => (float)(int)x;

    public readonly Float4 Widen(int x) => new()
    {
        X = (float)((x << 24) >> 24),
        Y = (float)((x << 16) >> 24),
        Z = (float)((x << 8) >> 24),
        W = (float)(x >> 24),
    };
}
