namespace Sextant.Gpu.Tests;

/// <summary>A device's errors, by their kind.</summary>
internal static class DeviceErrors
{
    public static DeviceException Throws(DeviceErrorKind kind, Action action) =>
        Require(kind, Assert.Throws<DeviceException>(action));

    public static DeviceException Throws(DeviceErrorKind kind, Func<object?> action) =>
        Require(kind, Assert.Throws<DeviceException>(action));

    public static DeviceException Require(DeviceErrorKind kind, DeviceException error)
    {
        Assert.Equal(kind, error.Kind);
        return error;
    }
}
