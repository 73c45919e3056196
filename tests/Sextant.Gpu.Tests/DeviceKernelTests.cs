using System.Numerics;
using Sextant.Backends;
using Sextant.Batches;
using Sextant.Codes;
using Sextant.Gpu.Cuda;
using Sextant.Kernels;
using Sextant.Measurement;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Search;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Starts every kernel once or a few times, on small inputs: what a tool that watches kernels (compute-sanitizer) is to
/// be run over, and what a driver made of each of them.
/// </summary>
public class DeviceKernelTests
{
    // What is stored in f32 is rounded to bf16.
    private static readonly ElementType[] s_narrow = [ElementType.F16, ElementType.F32];

    [Fact]
    public void EveryKernelStarts()
    {
        Device device = Device();
        Exact(device);
        ExactProductContract.Check(() => device.CreateBackend(Precision.Exact, null), 19, 70, 40);
        foreach (ElementType type in new[] { ElementType.F16, ElementType.BF16 })
            Assert.Equal(Gathered(Backends.Device.Cpu, type), Gathered(device, type));
        Scan(device);
        foreach (VectorCode code in (VectorCode[])[
            VectorCode.Float32, VectorCode.Float16, VectorCode.BFloat16, VectorCode.Int8])
        {
            foreach (Metric metric in Enum.GetValues<Metric>())
                DeviceRowsTests.Check(DeviceHere.DriverOf(device), code, metric, 130);
        }
        if (device is CudaDevice { Driver: { HasFast: true } cuda })
            Fast(device, cuda);
        if (HasPeaks)
            Peaks(device);
        if (device is CudaDevice { Driver: var driver })
        {
            GpuKernel[] idle = [.. All(driver).Where(kernel =>
                !driver.Modules.HasStarted(kernel) && (HasPeaks || !GpuKernels.IsOfPeaks(GpuKernels.Of(kernel).Module)))];
            Assert.Equal([], idle);
        }
    }

    [Fact]
    public void NoKernelKeepsRegistersInLocalMemory()
    {
        CudaDriver driver = Cuda();
        if (driver.HasFast)
            driver.LoadFast();
        Assert.Equal(
            [],
            All(driver).Where(kernel => driver.LocalBytes(kernel) != 0)
                .Select(kernel => $"{GpuKernels.Name(kernel)}: {driver.LocalBytes(kernel)} bytes"));
    }

    /// <summary>Whether the loops that measure a device are worth their time.</summary>
    private protected virtual bool HasPeaks => true;

    private protected virtual Device Device() => DeviceHere.Device;

    private protected virtual CudaDriver Cuda() => DeviceHere.Cuda.Driver;

    // What the device has: the processors' kernels never, those of warpgroups only where they were chosen.
    private static IEnumerable<GpuKernel> All(CudaDriver driver)
    {
        foreach (GpuKernel kernel in Enum.GetValues<GpuKernel>())
        {
            bool has = GpuKernels.Of(kernel).Module switch
            {
                GpuModule.Exact or GpuModule.Peak => true,
                GpuModule.Fast or GpuModule.FastPeak => driver.HasFast,
                GpuModule.Fast90 or GpuModule.Fast90Peak => driver.HasWide,
                _ => false,
            };
            if (has)
                yield return kernel;
        }
    }

    private static void Peaks(Device device)
    {
        using var ceilings = new DeviceCeilings(device);
        foreach (string kind in ceilings.Kinds)
            Assert.True(ceilings.Fma(kind) > 0);
        foreach (MemoryAccess access in Enum.GetValues<MemoryAccess>())
            Assert.True(ceilings.Memory(access, ceilings.WorkingSets[0]) > 0);
        foreach (string kind in ceilings.TensorKinds)
            Assert.True(ceilings.Tensor(kind, isF16: true) > 0 && ceilings.Tensor(kind, isF16: false) > 0);
        if (!ceilings.IsProcessor)
            Assert.True(ceilings.Shared() > 0);
        Assert.True(ceilings.Latencies.Launch() > 0);
    }

    // Bit by bit: products in each of their tiles and stored types, attention with heads of each size, all other ops.
    private static void Exact(Device device)
    {
        int side = Side(DeviceHere.DriverOf(device).Units);
        using var context = new MeasureContext(SamplingPlan.Quick, quick: false, _ => { });
        var choice = new KernelChoice
        {
            Mode = KernelMode.Bitwise,
            Shapes =
            [
                (null, [5, 40]), (null, [5, 40, 32]), ("gemm", [40, 70, 33]),
                ("gemm", [128 * side, 128 * side, 16]), ("attention", [1, 37, 2, 32]), ("attention", [1, 33, 2, 64]),
                ("attention", [1, 40, 1, 128]), ("attention", [1, 20, 1, 256]),
            ],
        };
        List<BenchRow> rows = new DeviceKernelBench(
            context, new BenchDevice(DeviceHere.Name, device, "")).Run(choice);
        Assert.All(rows, row => Assert.True(row.BitEqual, row.Id));
        Assert.Equal(BackendOpCatalog.Ops.Count, rows.Select(row => row.Label("op")).Distinct().Count());
    }

    // Rows of a table that stays in 16 bits.
    private static float[] Gathered(Device device, ElementType type)
    {
        const int Columns = 40, Words = 50;
        using var run = new BackendRun(
            device.CreateBackend(Precision.Exact, null), BackendRun.BatchOf([3, 8, 1], Words));
        Table table = run.Backend.LoadTable(
            new ArrayRows(Words, Columns, type, FastValues.Of(4, Words * Columns)), keep16: true);
        Tensor y = run.Poisoned(run.Batch.Tokens, Columns);
        run.Backend.Gather(run.Batch, table, 1.5f, null, null, y);
        return run.Get(y);
    }

    private static void Scan(Device device)
    {
        using var index = new DeviceBinaryIndex(device, 100);
        var codes = new byte[700 * index.CodeBytes];
        new Random(1).NextBytes(codes);
        for (int last = index.CodeBytes - 1; last < codes.Length; last += index.CodeBytes)
            codes[last] &= 0xF0;
        index.Add(codes);
        var hits = new Search.BinaryHit[3];
        Assert.Equal(3, index.Search(codes.AsSpan(600 * index.CodeBytes, index.CodeBytes), 3, hits));
        Assert.Equal((600, 0), (hits[0].Id, hits[0].Distance));
        // A query of signs alone: every difference counts the same.
        byte[] asked = codes[(600 * index.CodeBytes)..(601 * index.CodeBytes)];
        float[] query = [.. Enumerable.Range(0, 100).Select(i => (asked[i / 8] & (128 >> (i % 8))) != 0 ? 1f : -1f)];
        int[] distances = [.. index.Distances(query, 4)];
        int[] differences = [.. codes.Chunk(index.CodeBytes).Select(code =>
            code.Zip(asked, (one, other) => BitOperations.PopCount((uint)(one ^ other))).Sum())];
        Assert.Equal(differences.Select(count => count * (distances[0] / differences[0])), distances);
        Assert.True(distances[0] > 0);
    }

    private static void Fast(Device device, CudaDriver driver)
    {
        driver.LoadFast();
        foreach (ElementType type in s_narrow)
        {
            foreach (bool wide in driver.HasWide ? new[] { false, true } : [false])
            {
                foreach (ProductTile tile in ProductTile.All(wide).ToArray())
                    Product(driver, wide, in tile, type);
            }
            using var run = new BackendRun(
                device.CreateBackend(Precision.Fast, null), BackendRun.BatchOf([3, 8, 1], 50));
            // The first matrix says which type of 16 bits a backend has.
            _ = run.Backend.LoadMatrix(new ArrayRows(1, 8, type, new float[8]), null);
            Rows(run);
            foreach (int size in new[] { 32, 64, 128, 200 })
                Attend(run, size);
        }
    }

    private static void Product(CudaDriver driver, bool wide, in ProductTile tile, ElementType type)
    {
        const int Rows = 70, Outputs = 50, Inputs = 72;
        using var run = new BackendRun(new GpuFastBackend(driver.Hold(), wide), BackendRun.BatchOf([3], 10));
        float[] xs = FastValues.Of(1, Rows * Inputs), ws = FastValues.Of(2, Outputs * Inputs);
        var w = (NarrowMatrix)run.Backend.LoadMatrix(new ArrayRows(Outputs, Inputs, type, ws), null);
        Tensor x = run.Put(Rows, Inputs, xs), y = run.Poisoned(Rows, Outputs);
        ((GpuFastBackend)run.Backend).Linear(in tile, x, w, ActivationKind.Identity, default, y);
        double worst = FastValues.WorstProduct(
            run.Get(y), xs, Inputs, 0, ws, Rows, Outputs, Inputs, type == ElementType.F16, (sum, _, _) => sum);
        Assert.True(worst <= Tolerances.FastProduct, $"{tile.Kernel} {type}: {worst:G3}");
    }

    // Gather narrows, norms, gates and turns; what comes out is not NaN.
    private static void Rows(BackendRun run)
    {
        const int Columns = 72;
        int tokens = run.Batch.Tokens;
        Table gain = run.Table(1, Columns, FastValues.Of(3, Columns));
        Tensor x = run.Put(tokens, Columns, FastValues.Of(1, tokens * Columns)), y = run.Poisoned(tokens, Columns);
        run.Backend.LayerNorm(x, gain, gain, 1e-6f, y);
        run.Backend.RmsNorm(y, gain, 1e-6f, default, y);
        run.Backend.Rope(run.Batch, y, Columns / 3, run.Table(128, 16, FastValues.Of(6, 128 * 16)));
        run.Backend.Gate(y, ActivationKind.Silu);
        Assert.DoesNotContain(float.NaN, run.Get(y.ColumnRange(0, Columns / 2)));
    }

    private static void Attend(BackendRun run, int size)
    {
        var shape = new AttentionShape { Heads = 2, KeyHeads = 2, HeadSize = size, Scale = 0.1f };
        PackedBatch batch = run.Batch;
        Tensor x = run.Put(batch.Tokens, shape.Columns, FastValues.Of(5, batch.Tokens * shape.Columns));
        Tensor y = run.Poisoned(batch.Tokens, shape.Heads * size);
        run.Backend.Attend(
            batch, new Tensor(x.Address, x.Rows, x.Columns, x.Stride, isNarrow: true), shape, null, y,
            run.Scratch(new ScratchNeeds(8, size, 0, 1)));
        Assert.DoesNotContain(float.NaN, run.Get(y));
    }

    // Tiles of a square that fills so many units.
    private static int Side(int units) => (int)Math.Ceiling(Math.Sqrt(units));
}

/// <summary>The same from the PTX, on a driver that stands in for CUDA's.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaKernelTests : DeviceKernelTests, IDisposable
{
    private readonly FakeCuda _fake = new(runs: true);
    private CudaDevice? _device;

    public void Dispose()
    {
        _device?.Dispose();
        _fake.Dispose();
    }

    private protected override bool HasPeaks => false;

    private protected override Device Device() => _device ??= FakeCuda.Open();

    private protected override CudaDriver Cuda() => ((CudaDevice)Device()).Driver;
}
