using System.Diagnostics;
using Sextant.Gpu;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Devices;

/// <summary>What starting, waiting and copying cost on a CUDA or OpenCL device, by this process's clock.</summary>
/// <param name="queue">Where kernels are started; not timed by the device.</param>
/// <param name="space">Where its addresses are.</param>
/// <param name="memory">Of the device, at least as large as what is copied.</param>
internal sealed unsafe class DeviceLatencies(GpuQueue queue, AddressSpace space, nint memory)
{
    private const int Repetitions = 11;

    /// <summary>
    /// Seconds that a kernel that does nothing costs among many that are started one after the other.
    /// </summary>
    public double Launch()
    {
        const int Count = 200;
        return Median(() =>
        {
            for (int i = 0; i < Count; i++)
                StartNothing();
            queue.Finish();
        }) / Count;
    }

    /// <summary>Seconds to start a kernel that does nothing and to know that it is done.</summary>
    public double RoundTrip() => Median(() =>
    {
        StartNothing();
        queue.Finish();
    });

    /// <summary>Seconds to copy four bytes there, start a kernel that does nothing, and copy four bytes back.</summary>
    public double RoundTripWithData()
    {
        byte* staging = queue.Staging(64);
        nint handle = space[memory].Handle;
        return Median(() =>
        {
            queue.Upload(handle, 0, staging, 4);
            StartNothing();
            queue.Download(handle, 0, staging, 4);
        });
    }

    /// <summary>GB/s between this process's memory, as the driver likes it best, and the device's.</summary>
    public double Transfer(bool up, long bytes)
    {
        byte* staging = queue.Staging(bytes);
        nint handle = space[memory].Handle;
        double seconds = Median(() =>
        {
            if (up)
            {
                queue.Upload(handle, 0, staging, bytes);
                queue.Finish();
            }
            else
            {
                queue.Download(handle, 0, staging, bytes);
            }
        });
        return bytes / seconds / 1e9;
    }

    private void StartNothing()
    {
        var launch = new KernelLaunch(GpuKernel.PeakNothing, 1);
        launch.Add(space, memory, sizeof(float));
        queue.Launch(ref launch);
    }

    private static double Median(Action run)
    {
        run();
        var times = new double[Repetitions];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return Quantile.Median(times);
    }
}
