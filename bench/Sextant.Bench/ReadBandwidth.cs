using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Runtime;

namespace Sextant.Bench;

/// <summary>
/// What one thread reads from memory: the ceiling of a scan by one query. Large pages and prefetching, as the scan has.
/// </summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    private const int Bytes = 256 << 20;
    private const int Ahead = 4096;

    private readonly NativeBlock _block = new(Bytes);

    public ReadBandwidth() => new Span<byte>(_block.Pointer, Bytes).Fill(1);

    /// <summary>GB/s over about <paramref name="milliseconds"/>.</summary>
    public double Measure(int milliseconds)
    {
        long start = Stopwatch.GetTimestamp();
        long passes = 0;
        ulong sink = 0;
        do
        {
            sink += Read(_block.Pointer, _block.Pointer + Bytes);
            passes++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds);
        double speed = passes * (double)Bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
        return sink == 1 ? double.NaN : speed;
    }

    public void Dispose() => _block.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Read(byte* start, byte* end)
    {
        Vector512<ulong> a = Vector512<ulong>.Zero, b = a, c = a, d = a;
        for (byte* at = start; at < end; at += 256)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(at + Ahead);
                Sse.Prefetch0(at + Ahead + 64);
                Sse.Prefetch0(at + Ahead + 128);
                Sse.Prefetch0(at + Ahead + 192);
            }
            a ^= Vector512.Load((ulong*)at);
            b ^= Vector512.Load((ulong*)(at + 64));
            c ^= Vector512.Load((ulong*)(at + 128));
            d ^= Vector512.Load((ulong*)(at + 192));
        }
        return Vector512.Sum(a ^ b ^ c ^ d);
    }
}
