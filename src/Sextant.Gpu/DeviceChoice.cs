using System.Globalization;
using Sextant.Backends;

namespace Sextant.Gpu;

/// <summary>A device by its name: cpu, cuda, cuda:N, opencl, opencl:N, each also after "prefer:".</summary>
public static class DeviceChoice
{
    /// <summary>The names that are accepted, for messages.</summary>
    public const string Accepted = "cpu, cuda, cuda:N, opencl, opencl:N, and prefer:cuda or prefer:opencl (with :N)";

    private const string Prefer = "prefer:";

    /// <summary>Whether a name is one of <see cref="Accepted"/>; opens nothing.</summary>
    public static bool IsKnown(string name) => TryParse(name, out _, out _, out _);

    /// <summary>
    /// Opens the device of this name. "prefer:" takes the processor where the device cannot be used, and
    /// <see cref="Device.Fallback"/> then says why; without it, that is an error.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Accepted"/>.</exception>
    /// <exception cref="DeviceException">The device cannot be opened.</exception>
    public static Device Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!TryParse(name, out bool prefer, out string kind, out int index))
            throw new ArgumentException($"'{name}' is no device; accepted: {Accepted}.", nameof(name));
        try
        {
            return kind switch
            {
                "cuda" => CudaDevice.Open(index),
                "opencl" => OpenClDevice.Open(index),
                _ => Device.Cpu,
            };
        }
        catch (DeviceException problem) when (prefer)
        {
            return Device.CpuInstead(problem.Message);
        }
    }

    private static bool TryParse(string name, out bool prefer, out string kind, out int index)
    {
        prefer = name.StartsWith(Prefer, StringComparison.Ordinal);
        string rest = prefer ? name[Prefer.Length..] : name;
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        kind = colon < 0 ? rest : rest[..colon];
        index = 0;
        if (kind == "cpu")
            return colon < 0 && !prefer;
        return kind is "cuda" or "opencl"
            && (colon < 0 || int.TryParse(
                rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index));
    }
}
