using System.Globalization;
using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>
/// Has the kernels of one queue at a time run in this process. PoCL before 7.0 counts who uses a compiled kernel, and
/// finds the one that a command has done with by less than what it was taken by: when one queue starts a kernel on a
/// larger grid than ever before while others still run it on small ones, the count falls below zero, and an assertion
/// ends the process.
/// </summary>
/// <remarks>
/// Nothing waits for a caller: a queue that wants to start kernels waits for those that another queue has started,
/// which end by themselves; a kernel that does anything uses all of a processor's threads anyway.
/// Thread-safe.
/// </remarks>
internal static unsafe class OpenClTurns
{
    /// <summary>The name of PoCL's platform.</summary>
    public const string Pocl = "Portable Computing Language";

    private static readonly Lock s_lock = new();
    private static object? s_queue;
    private static nint s_last;

    /// <summary>Whether a driver needs it.</summary>
    /// <param name="platform">As it calls itself.</param>
    /// <param name="version">Its version, such as "3.1+debian" or "7.0".</param>
    public static bool AreNeeded(string platform, string version)
    {
        int digits = 0;
        while (digits < version.Length && char.IsAsciiDigit(version[digits]))
            digits++;
        return platform == Pocl
            && !(int.TryParse(version.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out int major)
                && major >= 7);
    }

    /// <summary>Lets the kernels of a queue go when those of the others have ended.</summary>
    /// <param name="queue">Whose.</param>
    /// <param name="last">The event of the last of them; from here on it is held here.</param>
    /// <param name="gate">What they wait for.</param>
    /// <returns>The driver's answer.</returns>
    public static int Take(object queue, nint last, nint gate)
    {
        lock (s_lock)
        {
            if (s_last != 0)
            {
                nint before = s_last;
                // A kernel that failed has ended too.
                if (s_queue != queue)
                    _ = clWaitForEvents(1, &before);
                _ = clReleaseEvent(before);
            }
            (s_queue, s_last) = (queue, last);
            return clSetUserEventStatus(gate, EventComplete);
        }
    }

    /// <summary>Forgets a queue that has nothing to do any more.</summary>
    public static void Leave(object queue)
    {
        lock (s_lock)
        {
            if (s_queue != queue)
                return;
            if (s_last != 0)
                _ = clReleaseEvent(s_last);
            (s_queue, s_last) = (null, 0);
        }
    }
}
