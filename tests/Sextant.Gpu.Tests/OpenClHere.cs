namespace Sextant.Gpu.Tests;

/// <summary>
/// The OpenCL device of this machine; tests are skipped by name where there is none or a CUDA device is tested, and
/// fail where it is required.
/// </summary>
internal static class OpenClHere
{
    /// <summary>Set to 1 where a missing device is a failure.</summary>
    public const string Variable = "SEXTANT_REQUIRE_OPENCL";

    private static readonly Lazy<(OpenClDevice? Device, string? Problem)> s_device = new(Open);

    /// <summary>The device.</summary>
    public static OpenClDevice Device => Require(s_device.Value);

    private static OpenClDevice Require((OpenClDevice? Device, string? Problem) found)
    {
        if (DeviceHere.IsCuda)
            Assert.Skip($"For an OpenCL device; {DeviceHere.Variable} names another.");
        if (found.Device is not null)
            return found.Device;
        if (Environment.GetEnvironmentVariable(Variable) == "1" || DeviceHere.OpenClIndex is not null)
            Assert.Fail($"An OpenCL device is required, but: {found.Problem}");
        Assert.Skip($"No OpenCL device: {found.Problem}");
        return null!;
    }

    private static (OpenClDevice?, string?) Open()
    {
        if (DeviceHere.IsCuda)
            return (null, null);
        try
        {
            return (OpenClDevice.Open(DeviceHere.OpenClIndex ?? 0), null);
        }
        catch (DeviceException problem) when (problem.Kind == DeviceErrorKind.Unavailable)
        {
            return (null, problem.Message);
        }
    }
}
