using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Ilgpu;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Bench;

/// <summary>
/// Matrix products on a device and on the CPU with as many threads, in turns. By the clock, and by the processor time
/// of the whole process, which others on the machine disturb less (it says nothing of a GPU). As in a pass of a model
/// of six layers, 24 products are waited for at a time; then four, where waiting for a device is most of the time.
/// </summary>
internal static partial class DeviceReport
{
    private const int Rounds = 9;
    private const double RoundSeconds = 0.15;

    private static readonly (int T, int F, int K)[] s_shapes =
    [
        (1, 384, 384), (2, 384, 384), (4, 384, 384), (8, 384, 384), (16, 384, 384), (32, 384, 384), (64, 384, 384),
        (128, 1536, 384), (128, 384, 1536), (512, 3072, 768), (1024, 768, 3072),
    ];

    public static void Run(string choice, int threads)
    {
        using Device device = AnyDevice.Open(choice);
        Console.WriteLine($"{device.Name} beside the CPU with {threads} threads; medians of {Rounds} turns");
        foreach (int atOnce in (int[])[24, 4])
            Compare(device, threads, atOnce);
    }

    private static void Compare(Device device, int threads, int atOnce)
    {
        Console.WriteLine($"{atOnce} products, then a copy of one number:");
        Console.WriteLine(
            "shape               device: GFLOP/s, per processor second   CPU: GFLOP/s, per processor second   "
            + "share: clock, processor time");
        foreach ((int t, int f, int k) in s_shapes)
        {
            if (atOnce < 24 && t > 32)
                break;
            using var here = new Product(Device.Cpu.CreateBackend(Precision.Exact, threads), t, f, k);
            using var there = new Product(device.CreateBackend(Precision.Exact, null), t, f, k);
            var clock = new double[2, Rounds];
            var processor = new double[2, Rounds];
            here.Measure(atOnce, RoundSeconds);
            there.Measure(atOnce, RoundSeconds);
            for (int round = 0; round < Rounds; round++)
            {
                (clock[0, round], processor[0, round]) = there.Measure(atOnce, RoundSeconds);
                (clock[1, round], processor[1, round]) = here.Measure(atOnce, RoundSeconds);
            }
            (double deviceClock, double deviceProcessor) = (Median(clock, 0), Median(processor, 0));
            (double cpuClock, double cpuProcessor) = (Median(clock, 1), Median(processor, 1));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{$"({t},{f},{k})",-20}{deviceClock,15:F1}{deviceProcessor,15:F1}{cpuClock,25:F1}{cpuProcessor,15:F1}"
                + $"{deviceClock / cpuClock,20:P0}{deviceProcessor / cpuProcessor,10:P0}"));
        }
    }

    private static double Median(double[,] values, int side)
    {
        double[] row = [.. Enumerable.Range(0, Rounds).Select(round => values[side, round]).Order()];
        return row[Rounds / 2];
    }

    [LibraryImport("libc", EntryPoint = "clock")]
    private static partial nint ProcessorMicroseconds();

    private sealed class Product : IDisposable
    {
        private readonly Backend _backend;
        private readonly Workspace _workspace;
        private readonly Tensor _x, _y, _scratch;
        private readonly Matrix _w;
        private readonly float[] _one = new float[1];
        private readonly double _flops;

        public Product(Backend backend, int t, int f, int k)
        {
            _backend = backend;
            _flops = 2.0 * t * f * k;
            _workspace = backend.CreateWorkspace();
            var needs = new ScratchNeeds(1, 1, 0, k);
            _workspace.Reset(Workspace.SizeOf(t, k) + Workspace.SizeOf(t, f) + backend.ScratchBytes(needs) + 4096);
            (_x, _y) = (_workspace.Take(t, k), _workspace.Take(t, f));
            _scratch = backend.TakeScratch(_workspace, needs);
            var batch = new Batches.PackedBatch();
            batch.Add([.. Enumerable.Range(0, t)], default, 0);
            backend.Gather(batch, backend.LoadTable(new Rows(t, k, 1), false), 1f, null, null, _x);
            _w = backend.LoadMatrix(new Rows(f, k, 2), new Rows(f, 1, 3));
        }

        public (double Clock, double Processor) Measure(int atOnce, double seconds)
        {
            long start = Stopwatch.GetTimestamp();
            nint used = ProcessorMicroseconds();
            long count = 0;
            double passed;
            do
            {
                for (int i = 0; i < atOnce; i++, count++)
                    _backend.Linear(_x, _w, ActivationKind.Identity, default, _y, _scratch);
                _backend.Download(_y.RowRange(0, 1).ColumnRange(0, 1), _one);
                passed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            while (passed < seconds);
            double processor = (ProcessorMicroseconds() - used) * 1e-6;
            return (_flops * count / passed * 1e-9, _flops * count / processor * 1e-9);
        }

        public void Dispose()
        {
            _workspace.Dispose();
            _backend.Dispose();
        }
    }

    private sealed class Rows(int rows, int columns, int seed) : IRowSource
    {
        int IRowSource.Rows => rows;

        public int Columns => columns;

        public ElementType Type => ElementType.F32;

        public void Read(int firstRow, Span<float> destination)
        {
            var random = new Random(seed + firstRow);
            foreach (ref float value in destination)
                value = random.NextSingle() - 0.5f;
        }

        public void Read(int firstRow, Span<ushort> destination) => throw new NotSupportedException();
    }
}
