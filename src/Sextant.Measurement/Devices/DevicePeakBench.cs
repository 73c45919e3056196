using System.Globalization;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Devices;

/// <summary>What a device reaches: arithmetic, memory, starting and waiting, copies to and from this process.</summary>
/// <param name="context">The run.</param>
/// <param name="on">A CUDA or OpenCL device.</param>
internal sealed class DevicePeakBench(MeasureContext context, BenchDevice on)
{
    private const string NoNarrow = "f16, bf16 and int8 arithmetic and tensor cores are not measured here";

    public List<BenchRow> Run()
    {
        using var ceilings = new DeviceCeilings(on.Device);
        var probes = new PeakProbes(context);
        foreach (string kind in ceilings.Kinds)
        {
            string[] notes = kind != "f32" ? [] : ceilings.Kinds.Count > 1 ? [NoNarrow] : [NoNarrow,
                "the device has no f64"];
            Add($"fma/{kind}", "GFLOP/s", [new("what", "fma"), new("kind", kind)], () => ceilings.Fma(kind), notes);
        }
        foreach (long bytes in ceilings.WorkingSets)
        {
            foreach (MemoryAccess access in Enum.GetValues<MemoryAccess>())
            {
                string word = access.ToString().ToLowerInvariant(), size = Size(bytes);
                Add(
                    $"memory/{size}/{word}", "GB/s", [new("what", "memory"), new("level", size), new("access", word)],
                    () => ceilings.Memory(access, bytes));
            }
        }
        if (!ceilings.IsProcessor)
        {
            Add(
                "memory/shared/read", "GB/s", [new("what", "memory"), new("level", "shared"), new("access", "read")],
                ceilings.Shared);
        }
        Add("launch", "s", [new("what", "launch"), new("kind", "one of many")], ceilings.Launch);
        Add("roundtrip", "s", [new("what", "launch"), new("kind", "and wait")], ceilings.RoundTrip);
        Add("roundtrip-data", "s", [new("what", "launch"), new("kind", "with 4 bytes there and back")],
            ceilings.RoundTripWithData);
        foreach (long bytes in (long[])[4 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20])
        {
            foreach (bool up in (bool[])[true, false])
            {
                string way = up ? "to the device" : "from the device", size = Size(bytes);
                Add(
                    $"transfer/{size}/{(up ? "up" : "down")}", "GB/s",
                    [new("what", "transfer"), new("level", size), new("access", way)], () =>
                        ceilings.Transfer(up, bytes));
            }
        }
        return probes.Measure();

        void Add(string id, string unit, KeyValuePair<string, string>[] labels, Func<double> measure,
            params string[] notes) =>
            probes.Add(
                $"peak/{on.Name}/{id}", [.. labels, new("device", on.Name)], unit,
                $"sextant bench peak --device {on.Name}",
                measure, notes);
    }

    private static string Size(long bytes) => bytes >= 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}KiB");
}
