using Sextant.Backends;
using Sextant.Gpu.Cuda;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Where fast mode is tested: the CUDA device that <see cref="DeviceHere"/> names, else the OpenCL device of this
/// machine with tensor cores emulated (<see cref="EmulatedTensorCores"/>), where the text of the CUDA kernels runs and
/// the instructions do not. Skipped as <see cref="OpenClHere"/> is.
/// </summary>
internal static class FastHere
{
    private static readonly Lazy<OpenClDevice> s_early = new(() => EmulatedTensorCores.Open(FastEmulation.EarlyCopies));
    private static readonly Lazy<OpenClDevice> s_late = new(() => EmulatedTensorCores.Open(FastEmulation.LateCopies));

    private static readonly Lazy<OpenClDevice> s_wideEarly =
        new(() => EmulatedTensorCores.Open(FastEmulation.EarlyCopies, wide: true));

    private static readonly Lazy<OpenClDevice> s_wideLate =
        new(() => EmulatedTensorCores.Open(FastEmulation.LateCopies, wide: true));

    /// <summary>The device that models get; emulated copies are there at the first moment, or at the last.</summary>
    public static Device Device(FastEmulation emulation) =>
        DeviceHere.IsCuda ? DeviceHere.Cuda : OfOpenCl(emulation);

    /// <summary>A backend whose products are those of warps.</summary>
    public static Backend CreateBackend(FastEmulation emulation) => DeviceHere.IsCuda
        ? new GpuFastBackend(Cuda().Hold(), wide: false) : OfOpenCl(emulation).CreateBackend(Precision.Fast, null);

    /// <summary>
    /// A driver with the products of warpgroups. A CUDA device that is not to have them is skipped by name; one that
    /// is, and does not compute with them as it should, fails.
    /// </summary>
    public static GpuDriver WideDriver(FastEmulation emulation)
    {
        if (!DeviceHere.IsCuda)
            return WithWarpgroups(emulation).Driver;
        CudaDriver driver = Cuda();
        if (driver.HasWide)
            return driver;
        string note = $"{driver.Name} has no products of warpgroups: {driver.FastNote ?? "they are for 9.0"}";
        if (note.Contains("(those by wgmma", StringComparison.Ordinal))
            Assert.Fail(note);
        Assert.Skip(note);
        return driver;
    }

    private static CudaDriver Cuda()
    {
        CudaDriver driver = DeviceHere.Cuda.Driver;
        driver.LoadFast();
        return driver;
    }

    private static OpenClDevice OfOpenCl(FastEmulation emulation)
    {
        _ = OpenClHere.Device;
        return (emulation == FastEmulation.LateCopies ? s_late : s_early).Value;
    }

    /// <summary>The same with the products of warpgroups beside those of warps (kernels/gpu/Warpgroup.h).</summary>
    public static OpenClDevice WithWarpgroups(FastEmulation emulation)
    {
        _ = OpenClHere.Device;
        return (emulation == FastEmulation.LateCopies ? s_wideLate : s_wideEarly).Value;
    }
}
