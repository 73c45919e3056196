using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Ilgpu;
using Sextant.Measurement.Devices;

namespace Sextant.Cli.Verbs.Bench;

/// <summary>The devices that a bench verb measures one after the other; the processor where none is named.</summary>
internal sealed class BenchDevices : IDisposable
{
    /// <summary>A bench verb's own --device: where others have one device, a comparison has several.</summary>
    public static readonly Flag Flag = new(
        "--device", "D",
        "cpu, cuda, opencl, ilgpu:cuda or ilgpu:opencl (with :N for device N, see 'sextant devices'), or gpu, the "
            + "first of these; may be given again, each is measured. prefer: before any takes the CPU where it is not "
            + "there, and says so. Default: cpu.",
        Repeats: true);

    private BenchDevices(IReadOnlyList<BenchDevice> all) => All = all;

    /// <summary>In the order of the command line, each once.</summary>
    public IReadOnlyList<BenchDevice> All { get; }

    /// <summary>Opens what the flags name.</summary>
    /// <exception cref="WrongUsageException">A name that is no device's.</exception>
    public static BenchDevices Open(ArgumentValues arguments, string verb, Terminal terminal)
    {
        List<string> names = arguments.All(Flag);
        foreach (string name in names)
        {
            if (!AnyDevice.IsKnown(name))
                throw new WrongUsageException($"--device is '{name}'; accepted: {AnyDevice.Accepted}");
        }
        var all = new List<BenchDevice>();
        try
        {
            foreach (string name in names.Count == 0 ? ["cpu"] : names)
            {
                Device opened = AnyDevice.Open(name, out string chosen);
                var device = BenchDevice.Of(chosen, opened);
                if (device.Device.Fallback is { } reason)
                    terminal.Error.WriteLine(
                        $"{verb}: warning: the CPU computes, since {name} cannot be used: {reason}");
                if (all.Exists(other => other.Name == device.Name))
                    device.Device.Dispose();
                else
                    all.Add(device);
            }
        }
        catch
        {
            Close(all);
            throw;
        }
        return new BenchDevices(all);
    }

    public void Dispose() => Close(All);

    private static void Close(IEnumerable<BenchDevice> devices)
    {
        foreach (BenchDevice device in devices)
            device.Device.Dispose();
    }
}
