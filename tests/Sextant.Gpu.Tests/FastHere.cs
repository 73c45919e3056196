using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The OpenCL device of this machine with tensor cores emulated (kernels/gpu/Warp.h): the text of the CUDA kernels
/// runs, the instructions do not. Skipped as <see cref="OpenClHere"/> is.
/// </summary>
internal static class FastHere
{
    private static readonly Lazy<OpenClDevice> s_early = new(() => Open(FastEmulation.EarlyCopies));
    private static readonly Lazy<OpenClDevice> s_late = new(() => Open(FastEmulation.LateCopies));

    private static readonly Lazy<OpenClDevice> s_wideEarly =
        new(() => OpenClDevice.Open(0, false, long.MaxValue, FastEmulation.EarlyCopies, wide: true));

    private static readonly Lazy<OpenClDevice> s_wideLate =
        new(() => OpenClDevice.Open(0, false, long.MaxValue, FastEmulation.LateCopies, wide: true));

    /// <summary>The device, with copies that are there at the first moment, or at the last.</summary>
    public static OpenClDevice Device(FastEmulation emulation)
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

    private static OpenClDevice Open(FastEmulation emulation) => OpenClDevice.Open(0, null, long.MaxValue, emulation);
}
