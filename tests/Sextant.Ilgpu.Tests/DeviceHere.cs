using Sextant.Backends;
using Sextant.Ilgpu;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The device that the tests of devices run on here: the one through ILGPU that <see cref="Variable"/> names, which is
/// then required, else the first OpenCL device; tests are skipped by name where there is none, and fail where it is
/// required.
/// </summary>
internal static class DeviceHere
{
    /// <summary>ilgpu:cuda, ilgpu:opencl, each with :N.</summary>
    public const string Variable = "SEXTANT_TEST_DEVICE";

    /// <summary>Set to 1 where a missing device is a failure.</summary>
    public const string RequireVariable = "SEXTANT_REQUIRE_OPENCL";

    private static readonly string? s_named = Environment.GetEnvironmentVariable(Variable);
    private static readonly Lazy<(Device? Device, string? Problem)> s_chosen = new(Open);
    private static readonly Lazy<IlgpuDevice> s_items = new(() => IlgpuDevice.OpenClWith(0, asProcessor: false));

    /// <summary>As the tool calls it.</summary>
    public static string Name { get; } = string.IsNullOrEmpty(s_named) ? "ilgpu:opencl:0" : s_named;

    /// <summary>The device with the kernels that are meant for it.</summary>
    public static Device Device
    {
        get
        {
            (Device? device, string? problem) = s_chosen.Value;
            if (device is not null)
                return device;
            if (!string.IsNullOrEmpty(s_named) || Environment.GetEnvironmentVariable(RequireVariable) == "1")
                Assert.Fail($"{Name} is required, but: {problem}");
            Assert.Skip($"No {Name}: {problem}");
            return null!;
        }
    }

    /// <summary>The device with the kernels for devices that have an item for each lane: GPUs have no others.</summary>
    public static Device WithItemKernels => Device is not null && Name.StartsWith("ilgpu:opencl", StringComparison.Ordinal)
        ? s_items.Value : Device!;

    /// <summary>The device with each kind of kernels it has.</summary>
    public static Device[] Kinds => [Device, WithItemKernels];

    private static (Device?, string?) Open()
    {
        try
        {
            return (AnyDevice.Open(Name), null);
        }
        catch (DeviceException problem) when (problem.Kind == DeviceErrorKind.Unavailable)
        {
            return (null, problem.Message);
        }
    }
}
