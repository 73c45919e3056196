using System.Runtime.InteropServices;

namespace Sextant.Tests;

/// <summary>
/// Processor time of the calling thread, which does not pass while other programs have the processor.
/// </summary>
/// <remarks>For bounds that tell linear from quadratic work; elsewhere than on Linux it is the time of day.</remarks>
internal static partial class ThreadTime
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Milliseconds from some moment on.</summary>
    public static long Milliseconds
    {
        get
        {
            if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
                return Environment.TickCount64;
            Assert.Equal(0, ReadClock(ThreadProcessorTime, out Time time));
            return (time.Seconds * 1000) + (time.Nanoseconds / 1_000_000);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
