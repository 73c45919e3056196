using System.Globalization;
using Sextant.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The device that the tests of devices run on: the one that <see cref="Variable"/> names, which is then required, else
/// the first OpenCL device, as <see cref="OpenClHere"/> says.
/// </summary>
internal static class DeviceHere
{
    /// <summary>cuda, cuda:N, opencl or opencl:N.</summary>
    public const string Variable = "SEXTANT_TEST_DEVICE";

    private static readonly (string Kind, int Index)? s_choice = Parse(Environment.GetEnvironmentVariable(Variable));
    private static readonly Lazy<CudaDevice> s_cuda = new(() => CudaDevice.Open(s_choice!.Value.Index));

    /// <summary>As the tool calls it: cuda:0, opencl:1.</summary>
    public static string Name { get; } = FormattableString.Invariant(
        $"{s_choice?.Kind ?? "opencl"}:{s_choice?.Index ?? 0}");

    /// <summary>Whether a CUDA device was named.</summary>
    public static bool IsCuda => s_choice?.Kind == "cuda";

    /// <summary>Which OpenCL device was named; null for none.</summary>
    public static int? OpenClIndex => s_choice is ("opencl", var index) ? index : null;

    /// <summary>The device.</summary>
    public static Device Device => IsCuda ? s_cuda.Value : OpenClHere.Device;

    /// <summary>The device with each kind of kernels it has: one.</summary>
    public static Device[] Kinds => [Device];

    /// <summary>The CUDA device; what only it can tell is skipped by name elsewhere.</summary>
    public static CudaDevice Cuda
    {
        get
        {
            if (!IsCuda)
                Assert.Skip($"{Variable} names no CUDA device.");
            return s_cuda.Value;
        }
    }

    /// <summary>What runs its kernels.</summary>
    public static GpuDriver DriverOf(Device device) =>
        device is CudaDevice cuda ? cuda.Driver : ((OpenClDevice)device).Driver;

    private static (string, int)? Parse(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        string[] parts = name.Split(':');
        if (DeviceChoice.IsKnown(name) && parts[0] is "cuda" or "opencl")
            return (parts[0], parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        throw new InvalidOperationException($"{Variable} is '{name}'; accepted: cuda, cuda:N, opencl, opencl:N.");
    }
}
