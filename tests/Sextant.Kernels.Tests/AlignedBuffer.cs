using System.Runtime.InteropServices;

namespace Sextant.Kernels.Tests;

/// <summary>
/// 64-byte aligned floats with a guard of NaNs on both sides; disposing checks that the guards are untouched.
/// </summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private const int Guard = 64;
    private readonly float* _memory;

    public AlignedBuffer(int length)
    {
        Length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + 2 * Guard) * sizeof(float), 64);
        new Span<float>(_memory, length + 2 * Guard).Fill(float.NaN);
    }

    public int Length { get; }

    public float* Pointer => _memory + Guard;

    public Span<float> Span => new(Pointer, Length);

    public static AlignedBuffer Of(float[] values)
    {
        var buffer = new AlignedBuffer(values.Length);
        values.CopyTo(buffer.Span);
        return buffer;
    }

    public void Dispose()
    {
        for (int i = 0; i < Guard; i++)
        {
            Assert.True(float.IsNaN(_memory[i]), "A kernel wrote before its buffer.");
            Assert.True(float.IsNaN(_memory[Guard + Length + i]), "A kernel wrote after its buffer.");
        }
        NativeMemory.AlignedFree(_memory);
    }
}
