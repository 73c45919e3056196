using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Ilgpu;

namespace Sextant.Cli.Verbs;

/// <summary>The flags that say what computes.</summary>
internal static class DeviceFlags
{
    public static readonly Flag Device = new(
        "--device", "D",
        "cpu, cuda, opencl, ilgpu:cuda, ilgpu:opencl (with :N for device N, see 'sextant devices') or ilgpu:cpu, which "
            + "must be there; gpu is the first GPU of these, and is named. prefer: before any takes the CPU where it "
            + "is not there, and says so. Default: cpu.");
    public static readonly Flag Precision = new(
        "--precision", "P",
        "exact (f32, the same bits on every device), int8 or bf16 (products of bytes or of "
        + "bfloat16 numbers, on the CPU, the same bits on every CPU), or "
        + "fast (the fastest that the device has: int8 on the CPU, 16-bit products on a GPU that has them). "
        + "Default: exact; search --in: int8 on the CPU.");

    /// <summary>Both.</summary>
    public static readonly Flag[] All = [Device, Precision];

    /// <summary>
    /// Opens the device that the flags name, unless it is open, and says so where the CPU takes its place.
    /// </summary>
    public static Device? Open(ArgumentValues arguments, string verb, Terminal terminal)
    {
        if (arguments.Device is not null || arguments.Text(Device) is not { } name)
            return arguments.Device;
        if (!AnyDevice.IsKnown(name))
            throw new WrongUsageException($"--device is '{name}'; accepted: {AnyDevice.Accepted}");
        Device device = AnyDevice.Open(name, out string chosen);
        if (device.Fallback is { } reason)
            terminal.Error.WriteLine($"{verb}: warning: the CPU computes, since {name} cannot be used: {reason}");
        else if (!name.EndsWith(chosen, StringComparison.Ordinal))
            terminal.Error.WriteLine($"{verb}: {name} is {chosen}: {device.Name}");
        return device;
    }

    /// <summary>Whether the device is a wish: where it cannot do something, the CPU may, and says so.</summary>
    public static bool IsPreferred(ArgumentValues arguments) =>
        arguments.Text(Device)?.StartsWith("prefer:", StringComparison.Ordinal) == true;

    /// <summary>The precision that the flags name.</summary>
    public static Precision PrecisionOf(ArgumentValues arguments) =>
        arguments.Choice(Precision, "exact", "int8", "bf16", "fast") switch
        {
            "int8" => Backends.Precision.Int8,
            "bf16" => Backends.Precision.BFloat16,
            "fast" => Backends.Precision.Fast,
            _ => Backends.Precision.Exact,
        };
}
