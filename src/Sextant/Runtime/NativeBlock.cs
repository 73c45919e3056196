using System.Runtime.InteropServices;

namespace Sextant.Runtime;

/// <summary>A block of native memory, aligned for vectors; large blocks ask the system for large pages.</summary>
/// <remarks>Not thread-safe. The owner disposes it; the finalizer only catches what was forgotten.</remarks>
internal sealed unsafe partial class NativeBlock : IDisposable
{
    private const nuint LargePage = 2 << 20;
    private const int AdviseHugePages = 14;
    private static long s_liveBytes;
    private void* _memory;

    /// <summary>Allocates memory that holds garbage.</summary>
    public NativeBlock(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = Math.Max(bytes, 64);
        bool large = Bytes >= (long)LargePage;
        nuint size = large ? ((nuint)Bytes + LargePage - 1) & ~(LargePage - 1) : (nuint)Bytes;
        _memory = NativeMemory.AlignedAlloc(size, large ? LargePage : 64);
        Interlocked.Add(ref s_liveBytes, Bytes);
        // A hint: without large pages everything works, with more misses in the translation buffers.
        if (large && OperatingSystem.IsLinux())
            _ = Advise(_memory, size, AdviseHugePages);
    }

    ~NativeBlock() => Free();

    /// <summary>Bytes of all blocks that are not freed.</summary>
    public static long LiveBytes => Interlocked.Read(ref s_liveBytes);

    /// <summary>Usable bytes.</summary>
    public long Bytes { get; }

    /// <summary>The first byte, 64-byte aligned.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory == null, this);
            return (byte*)_memory;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_memory == null)
            return;
        Interlocked.Add(ref s_liveBytes, -Bytes);
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
