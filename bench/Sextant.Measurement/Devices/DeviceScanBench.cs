using System.Globalization;
using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices.Timing;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Search;

namespace Sextant.Measurement.Devices;

/// <summary>
/// The scan of binary codes on a CUDA or OpenCL device: its time by the device's own clock in a search of the ten
/// nearest, beside the wall's for all of that search; hits against the processor's.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="on">The device.</param>
internal sealed class DeviceScanBench(MeasureContext context, BenchDevice on)
{
    /// <summary>As <c>sextant bench kernels --op</c> calls it.</summary>
    public const string Op = "hamming";

    /// <summary>Its variant: bits.</summary>
    public const string Variant = "u1";

    private const int Hits = 10;
    private const int MaxChecked = 1 << 16;
    private const int MinBits = 64, MaxQueries = 4;

    private static readonly NamedOp s_op = new(
        Op, "count,bits,queries", [Variant], quick => quick ? [[65_536, 1024, 1]] : [[1_000_000, 1024, 1]]);

    /// <summary>
    /// Whether a choice has the scan: by its name, or because it names neither ops nor shapes. Only times are made.
    /// </summary>
    public static bool IsIn(KernelChoice choice) => choice.Ops.Contains(Op)
        || (choice.Mode == KernelMode.Performance && choice.Ops.Count == 0 && choice.Shapes.Count == 0
            && (choice.Variants.Count == 0 || choice.Variants.Contains(Variant))
            && choice.Precisions.Contains(Precision.Exact));

    /// <summary>Measures the shapes of a choice.</summary>
    /// <exception cref="InvalidChoiceException">The choice asks for what is not measured here.</exception>
    public List<BenchRow> Run(KernelChoice choice)
    {
        if (choice.Mode != KernelMode.Performance)
        {
            throw new InvalidChoiceException(
                $"{Op} on a device is timed, and its hits compared with the processor's; --mode has nothing more");
        }
        if (!choice.Precisions.Contains(Precision.Exact))
            throw new InvalidChoiceException($"{Op} has no fast mode: codes are bits");
        var cases = new ChosenCases(choice with { Ops = [Op], Variants = [] }, [s_op]);
        var rows = new List<BenchRow>();
        foreach ((_, _, int[] shape) in cases.All(context.IsQuick))
        {
            (int count, int bits, int queries) = (shape[0], shape[1], shape[2]);
            if (count < Hits || bits is < MinBits or > DeviceBinaryIndex.MaxBits || bits % 64 != 0
                || queries > MaxQueries)
            {
                throw new InvalidChoiceException(
                    $"{Op} on a device scans {Hits} codes or more of {MinBits} to {DeviceBinaryIndex.MaxBits} bits, "
                    + $"by whole words of 64, for up to {MaxQueries} queries at once; not "
                    + $"'{string.Join(',', shape)}'");
            }
            rows.Add(Measure(count, bits, queries));
        }
        return rows;
    }

    private BenchRow Measure(int count, int bits, int queries)
    {
        string shape = string.Create(CultureInfo.InvariantCulture, $"{count},{bits},{queries}");
        context.Say($"{Op} {shape}: codes");
        using var ceilings = on.Ceilings();
        Roofline? roofline = ceilings.MeasureRoofline(context);
        var driver = new TimedDriver(DeviceCeilings.DriverOf(on.Device));
        using var index = new DeviceBinaryIndex(driver, bits, DeviceCodes.BlockBytes);
        driver.Release(); // the index holds it
        TimedQueue queue = driver.Latest!;
        byte[] first = Fill(index, count);
        byte[] asked = first[^(queries * index.CodeBytes)..];
        Accuracy accuracy = Compare(index, first, asked, queries);
        Samples[] samples = context.Sampler.Measure(
            [new Scan(index, asked, queries, queue), new Search(index, asked, queries, queue)]);
        // What must be moved: every code read once, a distance of 16 bits written for each query.
        double bytes = (double)count * (index.CodeBytes + sizeof(ushort) * queries);
        // Integers: the floating-point ceiling says nothing of them, and only memory counts.
        var arithmetic = new double[context.Plan.Rounds];
        Array.Fill(arithmetic, ceilings.Fma("f32") * 1e9);
        return KernelRows.Timed(
            new KernelName(
                $"kernels/{on.Name}/{Op}/{Variant}/{shape}",
                [
                    new("op", Op), new("variant", Variant), new("shape", shape), new("device", on.Name),
                    new("precision", "exact"),
                ],
                $"sextant bench kernels --device {on.Name} --op {Op} --shape {shape}"),
            new KernelWork(0, bytes, (long)bytes), samples[0], roofline, arithmetic, accuracy, context.RepeatFlags,
            samples[1]);
    }

    // Returns the first codes.
    private static unsafe byte[] Fill(DeviceBinaryIndex index, int count)
    {
        byte[]? first = null;
        int size = index.CodeBytes;
        var some = new byte[MaxChecked * size];
        for (int at = 0, piece = 1; at < count; at += MaxChecked, piece++)
        {
            int codes = Math.Min(MaxChecked, count - at);
            fixed (byte* to = some)
                RandomData.FillBits(to, some.Length, piece);
            index.Add(some.AsSpan(0, codes * size));
            first ??= some[..(codes * size)];
        }
        return first!;
    }

    // The nearest among the first codes: ids and distances.
    private static Accuracy Compare(DeviceBinaryIndex index, byte[] first, byte[] asked, int queries)
    {
        int codes = first.Length / index.CodeBytes;
        using var expected = new BinaryIndex(index.Bits);
        expected.Add(first);
        var wanted = new BinaryHit[queries * Hits];
        var found = new BinaryHit[queries * Hits];
        expected.Search(asked, Hits, wanted);
        index.Search(asked, Hits, found, new IdSet(index.Count, id => id < codes));
        int[] right = Numbers(wanted);
        return Accuracy.Of(Numbers(found), right, integer: true, 1, i => right[i]);
    }

    private static int[] Numbers(BinaryHit[] hits) => [.. hits.SelectMany(hit => new[] { hit.Id, hit.Distance })];

    private class Search(DeviceBinaryIndex index, byte[] asked, int queries, TimedQueue queue) : Subject
    {
        private readonly BinaryHit[] _hits = new BinaryHit[queries * Hits];

        protected TimedQueue Queue { get; } = queue;

        public override void Refresh() => _ = Queue.TakeSeconds();

        public override void Run() => index.Search(asked, Hits, _hits);
    }

    // Of the same search, the kernel that reads the codes.
    private sealed class Scan(DeviceBinaryIndex index, byte[] asked, int queries, TimedQueue queue)
        : Search(index, asked, queries, queue)
    {
        public override double OwnSeconds() => Queue.TakeSeconds(GpuKernel.HammingScan);
    }
}
