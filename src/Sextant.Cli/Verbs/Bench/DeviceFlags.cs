using Sextant.Backends;
using Sextant.Cli.Arguments;

namespace Sextant.Cli.Verbs.Bench;

/// <summary>The flags that say what computes.</summary>
internal static class DeviceFlags
{
    public static readonly Flag Device = new("--device", "D", "cpu. Default: cpu.");
    public static readonly Flag Precision = new("--precision", "P", "exact. Default: exact.");

    /// <summary>Both.</summary>
    public static readonly Flag[] All = [Device, Precision];

    /// <summary>The device that the flags name; null for the processor.</summary>
    public static Device? Open(ArgumentValues arguments, string verb, Terminal terminal)
    {
        _ = (verb, terminal);
        _ = arguments.Choice(Device, "cpu");
        return null;
    }

    /// <summary>The precision that the flags name.</summary>
    public static Precision PrecisionOf(ArgumentValues arguments)
    {
        _ = arguments.Choice(Precision, "exact");
        return Backends.Precision.Exact;
    }
}
