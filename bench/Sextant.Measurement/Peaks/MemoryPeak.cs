using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Measurement.Sampling;
using Sextant.Runtime;

namespace Sextant.Measurement.Peaks;

/// <summary>How a working set is gone through.</summary>
internal enum MemoryAccess
{
    /// <summary>Every byte is read.</summary>
    Read,

    /// <summary>Every byte is written, with ordinary stores.</summary>
    Write,

    /// <summary>One half is copied to the other; bytes read and bytes written both count.</summary>
    Copy,
}

/// <summary>
/// What one thread reads, writes and copies in a working set of some size: the ceiling of what memory bounds. Large
/// pages and prefetching, as the kernels have.
/// </summary>
internal sealed unsafe class MemoryPeak : IDisposable
{
    private const int Step = 256;
    private const int Ahead = 4096;
    private const long Part = 4 << 20;

    private readonly NativeBlock? _block;
    private readonly byte* _start;
    private ulong _touched;

    /// <summary>Allocates a working set, a multiple of 512 bytes, and fills it with random bits.</summary>
    public MemoryPeak(long bytes)
    {
        Bytes = Math.Max(512, bytes & ~511L);
        _block = new NativeBlock(Bytes);
        _start = _block.Pointer;
        RandomData.FillBits(_start, Bytes, 11);
    }

    /// <summary>Uses memory that lies elsewhere and is larger than it needs, for reading.</summary>
    public MemoryPeak(byte* start, long bytes)
    {
        _start = start;
        Bytes = bytes & ~511L;
    }

    public long Bytes { get; }

    /// <summary>GB/s over about <paramref name="seconds"/>, one pass at least.</summary>
    public double Measure(MemoryAccess access, double seconds)
    {
        // Passes of a small set that are timed together, or the part of a large one that is timed at once.
        int together = (int)Math.Clamp(Part / Bytes, 1, 1 << 14);
        long part = Math.Min(Part, Bytes);
        long at = 0;
        ulong sink = Bytes <= Part ? Pass(access, _start, 0, Bytes) : 0;
        var slices = new SliceTimes(seconds);
        while (slices.Next())
        {
            for (int i = 0; i < together; i++)
                sink ^= Pass(access, _start, at, part);
            at = at + 2 * part <= Bytes ? at + part : 0;
        }
        double speed = together * (double)part / slices.Median / 1e9;
        return (sink ^ _touched) == 1 ? double.NaN : speed; // uses the sink: reading is not to be left out
    }

    /// <summary>Reads all of the set once, so that it lies as near as it can.</summary>
    public void Touch() => _touched ^= Read(_start, _start + Bytes);

    public void Dispose() => _block?.Dispose();

    // A part of the set, from a position on. A copy goes from the set's first half to its second.
    private ulong Pass(MemoryAccess access, byte* start, long at, long bytes)
    {
        switch (access)
        {
            case MemoryAccess.Read:
                return Read(start + at, start + at + bytes);
            case MemoryAccess.Write:
                Write(start + at, start + at + bytes, (byte)at);
                return 0;
            default:
                Copy(start + at / 2, start + at / 2 + Bytes / 2, bytes / 2);
                return 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Read(byte* start, byte* end)
    {
        Vector512<ulong> a = Vector512<ulong>.Zero, b = a, c = a, d = a;
        for (byte* at = start; at < end; at += Step)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(byte* start, byte* end, byte value)
    {
        Vector512<byte> v = Vector512.Create((byte)(value | 0x5A));
        for (byte* at = start; at < end; at += Step)
        {
            v.Store(at);
            v.Store(at + 64);
            v.Store(at + 128);
            v.Store(at + 192);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(byte* from, byte* to, long bytes)
    {
        for (long i = 0; i < bytes; i += Step)
        {
            Vector512<byte> a = Vector512.Load(from + i), b = Vector512.Load(from + i + 64);
            Vector512<byte> c = Vector512.Load(from + i + 128), d = Vector512.Load(from + i + 192);
            a.Store(to + i);
            b.Store(to + i + 64);
            c.Store(to + i + 128);
            d.Store(to + i + 192);
        }
    }
}
