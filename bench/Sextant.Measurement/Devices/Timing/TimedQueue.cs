using Sextant.Gpu;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;
using Sextant.Ilgpu;

namespace Sextant.Measurement.Devices.Timing;

/// <summary>A queue that tells how long its kernels ran, by the device's own clock.</summary>
/// <remarks>
/// Kernels start one by one: what to expect is not passed on, which has a queue put them by and start them together.
/// </remarks>
internal abstract unsafe class TimedQueue : GpuQueue
{
    /// <summary>A new queue of a driver.</summary>
    /// <exception cref="ArgumentException">It is of a kind whose clock is not known here.</exception>
    public static TimedQueue On(GpuDriver driver) => driver switch
    {
        CudaDriver cuda => new TimedCudaQueue(cuda),
        OpenClDriver open => new TimedOpenClQueue(open),
        IlgpuDriver ilgpu => new TimedIlgpuQueue(ilgpu),
        _ => throw new ArgumentException($"{driver.Name} has no clock that is known here.", nameof(driver)),
    };

    /// <summary>
    /// Waits, and says how many seconds the kernels ran that were started since the last call.
    /// </summary>
    /// <param name="only">The kernel that counts; null: all.</param>
    public double TakeSeconds(GpuKernel? only = null)
    {
        Finish();
        return Take(only);
    }

    /// <summary>Sums up what ran and forgets it; all work is done.</summary>
    protected abstract double Take(GpuKernel? only);

    /// <summary>The queue that works.</summary>
    protected abstract GpuQueue Inner { get; }

    public override byte* Staging(long bytes) => Inner.Staging(bytes);

    public override void Upload(nint handle, long offset, byte* source, long bytes) =>
        Inner.Upload(handle, offset, source, bytes);

    public override void Download(nint handle, long offset, void* destination, long bytes) =>
        Inner.Download(handle, offset, destination, bytes);

    public override void Launch(ref readonly KernelLaunch launch) => Inner.Launch(in launch);

    public override void Finish() => Inner.Finish();

    public override void Dispose() => Inner.Dispose();
}
