using System.Globalization;
using Sextant.Gpu;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Devices;

/// <summary>What a device reaches: arithmetic, memory, starting and waiting, copies to and from this process.</summary>
/// <param name="context">The run.</param>
/// <param name="on">A CUDA or OpenCL device.</param>
internal sealed class DevicePeakBench(MeasureContext context, BenchDevice on)
{
    private const string NoTensor = "tensor cores: OpenCL has no words for them; "
        + "on CUDA devices of compute capability 8.0 and newer they are measured";

    public List<BenchRow> Run()
    {
        using var ceilings = on.Ceilings();
        var probes = new PeakProbes(context);
        foreach (string kind in ceilings.Kinds)
        {
            Add($"fma/{kind}", "GFLOP/s", [new("what", "fma"), new("kind", kind)], () => ceilings.Fma(kind),
                kind == "f32" ? [.. Absent(ceilings)] : []);
        }
        foreach (string kind in ceilings.TensorKinds)
        {
            foreach (bool isF16 in (bool[])[false, true])
            {
                string type = isF16 ? "f16" : "bf16";
                Add(
                    $"{kind}/{type}", "GFLOP/s", [new("what", kind), new("kind", type)],
                    () => ceilings.Tensor(kind, isF16),
                    "factors stay where they are and repeat: products of changing numbers draw more power");
            }
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
        Add("launch", "s", [new("what", "launch"), new("kind", "one of many")], ceilings.Latencies.Launch);
        Add("roundtrip", "s", [new("what", "launch"), new("kind", "and wait")], ceilings.Latencies.RoundTrip);
        Add("roundtrip-data", "s", [new("what", "launch"), new("kind", "with 4 bytes there and back")],
            ceilings.Latencies.RoundTripWithData);
        foreach (long bytes in (long[])[4 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20])
        {
            foreach (bool up in (bool[])[true, false])
            {
                string way = up ? "to the device" : "from the device", size = Size(bytes);
                Add(
                    $"transfer/{size}/{(up ? "up" : "down")}", "GB/s",
                    [new("what", "transfer"), new("level", size), new("access", way)], () =>
                        ceilings.Latencies.Transfer(up, bytes));
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

    // What a reader misses, and why it is not there.
    private IEnumerable<string> Absent(DeviceCeilings ceilings)
    {
        yield return "f16, bf16 and int8 outside of tensor cores, and int8 on them, are not measured here";
        if (on.Device is not CudaDevice)
            yield return NoTensor;
        else if (ceilings.TensorKinds.Count == 0)
            yield return "tensor cores: compute capability 8.0 and a driver of CUDA 11.0 or newer are needed";
        if (ceilings.Driver.FastNote is { } note)
            yield return note;
        if (ceilings.Kinds.Count == 1)
            yield return "the device has no f64";
    }

    private static string Size(long bytes) => bytes >= 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}KiB");
}
