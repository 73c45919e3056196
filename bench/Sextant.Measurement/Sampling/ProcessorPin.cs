using System.Runtime.InteropServices;

namespace Sextant.Measurement.Sampling;

/// <summary>Keeps the calling thread on one processor until disposed, where the system lets it.</summary>
/// <remarks>
/// Threads that are created meanwhile inherit the pin, so it is for single-threaded work. Linux only; elsewhere, and
/// where the system refuses, nothing happens and <see cref="IsPinned"/> says so.
/// </remarks>
internal sealed unsafe partial class ProcessorPin : IDisposable
{
    private const int Words = 16; // 1024 processors, the size of glibc's cpu_set_t
    private readonly ulong[] _before = new ulong[Words];

    private ProcessorPin()
    {
    }

    /// <summary>Whether the thread stays on <see cref="Processor"/>.</summary>
    public bool IsPinned { get; private set; }

    /// <summary>The processor's number; −1 where there is no pin.</summary>
    public int Processor { get; private set; } = -1;

    /// <summary>Processors that the calling thread may use; empty where the system does not say.</summary>
    public static List<int> Allowed()
    {
        var allowed = new List<int>();
        if (!OperatingSystem.IsLinux())
            return allowed;
        ulong* mask = stackalloc ulong[Words];
        if (Get(0, Words * sizeof(ulong), mask) != 0)
            return allowed;
        for (int i = 0; i < Words * 64; i++)
        {
            if ((mask[i / 64] >> (i % 64) & 1) != 0)
                allowed.Add(i);
        }
        return allowed;
    }

    /// <summary>Pins to a processor; −1 pins nowhere.</summary>
    public static ProcessorPin To(int processor)
    {
        var pin = new ProcessorPin();
        if (processor < 0 || !OperatingSystem.IsLinux())
            return pin;
        fixed (ulong* before = pin._before)
        {
            if (Get(0, Words * sizeof(ulong), before) != 0)
                return pin;
        }
        ulong* mask = stackalloc ulong[Words];
        mask[processor / 64] = 1UL << (processor % 64);
        pin.IsPinned = Set(0, Words * sizeof(ulong), mask) == 0;
        pin.Processor = pin.IsPinned ? processor : -1;
        return pin;
    }

    public void Dispose()
    {
        if (!IsPinned)
            return;
        IsPinned = false;
        fixed (ulong* before = _before)
            _ = Set(0, Words * sizeof(ulong), before);
    }

    // Thread 0 is the calling one.
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int Get(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int Set(int thread, nuint size, ulong* mask);
}
