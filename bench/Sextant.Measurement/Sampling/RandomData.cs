namespace Sextant.Measurement;

/// <summary>Random, never zero, inputs: the same for the same seed.</summary>
internal static unsafe class RandomData
{
    /// <summary>Floats from −scale to scale, none of them zero or denormal.</summary>
    public static void Fill(float* values, long count, int seed, float scale = 1f)
    {
        ulong state = Start(seed);
        for (long i = 0; i < count; i++)
        {
            // 23 bits of mantissa and a sign, so ±[0.001, 1.001).
            ulong bits = Next(ref state);
            float magnitude = BitConverter.UInt32BitsToSingle(0x3F80_0000u | (uint)(bits >> 41)) - 0.999f;
            values[i] = ((bits & 1) == 0 ? magnitude : -magnitude) * scale;
        }
    }

    /// <summary>Random bytes.</summary>
    public static void FillBits(void* memory, long bytes, int seed)
    {
        ulong state = Start(seed);
        foreach (ref ulong word in new Span<ulong>(memory, (int)Math.Min(bytes / 8, 1 << 20)))
            word = Next(ref state);
        // Large sets repeat eight random megabytes: no cache and no memory compresses what lies so far apart.
        long filled = Math.Min(bytes / 8, 1 << 20) * 8;
        for (long at = filled; at < bytes; at += filled)
            Buffer.MemoryCopy(memory, (byte*)memory + at, bytes - at, Math.Min(filled, bytes - at));
    }

    private static ulong Start(int seed) => 0x9E37_79B9_7F4A_7C15UL * (ulong)(uint)(seed + 1);

    /// <summary>The next 64 random bits: splitmix64 (Steele, Lea and Flood, 2014).</summary>
    public static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E37_79B9_7F4A_7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return z ^ (z >> 31);
    }
}
