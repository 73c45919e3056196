using ILGPU.Runtime;

namespace Sextant.Ilgpu;

/// <summary>
/// Has the kernels of one stream at a time run in this process, where a driver needs it:
/// <see cref="Gpu.OpenCl.OpenClTurns"/> says why PoCL before 7.0 does.
/// </summary>
internal static class QueueTurns
{
    private static readonly Lock s_lock = new();
    private static AcceleratorStream? s_stream;

    /// <summary>Starts a kernel when those of the other streams have ended.</summary>
    public static void Start(
        AcceleratorStream stream, IlgpuLauncher launcher, IlgpuDriver driver, ref readonly Gpu.KernelLaunch launch)
    {
        lock (s_lock)
        {
            if (s_stream != stream)
                s_stream?.Synchronize();
            s_stream = stream;
            launcher.Start(driver, stream, in launch);
        }
    }

    /// <summary>Forgets a stream that has nothing to do any more.</summary>
    public static void Leave(AcceleratorStream stream)
    {
        lock (s_lock)
        {
            if (s_stream == stream)
                s_stream = null;
        }
    }
}
