using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Measurement.Devices.Timing;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Reports;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Devices;

/// <summary>
/// What a CUDA or OpenCL device reaches, by kernels/gpu/Peak.h: arithmetic and memory by the device's own clock.
/// </summary>
internal sealed unsafe class DeviceCeilings : IDisposable
{
    private const int Chains = 16;
    private const int Repetitions = 5;

    // Long enough for a clock of microseconds, short enough for a display's watchdog.
    private const double MinKernelSeconds = 2e-3;

    private readonly GpuDriver _driver;
    private readonly TimedQueue _timed;
    private readonly GpuQueue _plain;
    private readonly AddressSpace _space = new();
    private readonly nint _memory;
    private readonly Dictionary<(GpuKernel, long), int> _repeats = [];

    /// <summary>Takes a device's driver and a piece of its memory.</summary>
    public DeviceCeilings(Device device)
    {
        _driver = DriverOf(device).Hold();
        if (device is CudaDevice { Driver: { HasFast: true } cuda })
        {
            cuda.LoadFast();
            TensorKinds = cuda.HasWide ? ["mma", "wgmma"] : ["mma"];
        }
        _timed = TimedQueue.On(_driver);
        _plain = _driver.CreateQueue();
        Bytes = Math.Min(_driver.IsProcessor ? 256L << 20 : 1L << 30, _driver.LargestBlock) & ~0xFFFFL;
        _memory = _space.Add(new DeviceBlock(_driver.Allocate(Bytes), Bytes, null));
        Fill();
        Latencies = new DeviceLatencies(_plain, _space, _memory);
    }

    /// <summary>Starting, waiting and copying.</summary>
    public DeviceLatencies Latencies { get; }

    /// <summary>The device's driver.</summary>
    public GpuDriver Driver => _driver;

    /// <summary>Bytes of the largest working set.</summary>
    public long Bytes { get; }

    /// <summary>Whether it is a processor, whose local memory is its memory.</summary>
    public bool IsProcessor => _driver.IsProcessor;

    /// <summary>Kinds of arithmetic it has kernels for.</summary>
    public IReadOnlyList<string> Kinds => _driver.HasDoubles ? ["f32", "f64"] : ["f32"];

    /// <summary>The instructions for products on tensor cores that are measured; none outside of CUDA.</summary>
    public IReadOnlyList<string> TensorKinds { get; } = [];

    /// <summary>Working sets from caches to memory.</summary>
    public IReadOnlyList<long> WorkingSets =>
        [.. ((long[])[_driver.IsProcessor ? 1L << 20 : 8L << 20, 32L << 20, Bytes])
            .Where(bytes => bytes <= Bytes).Distinct()];

    /// <summary>The driver of a device that is not this process's own processor.</summary>
    public static GpuDriver DriverOf(Device device) => device is GpuDevice gpu ? gpu.Driver
        : throw new ArgumentException($"{device.Name} has no driver.", nameof(device));

    /// <summary>
    /// The minimum times that the device allows, from the measured ceilings; null for a processor, whose ceilings a
    /// GPU's kernels do not reach: shares of them come out above all.
    /// </summary>
    public Roofline? MeasureRoofline(MeasureContext context)
    {
        if (!IsProcessor)
            return Measure();
        context.Say("no share of a roofline: the kernels that measure ceilings are a GPU's, and this is a processor");
        return null;
    }

    private Roofline Measure() => Roofline.Of(
        Fma("f32") * 1e9,
        WorkingSets.Select(bytes => new MemoryLevel(
            bytes == Bytes ? "DRAM" : Units.Bytes(bytes), bytes == Bytes ? long.MaxValue : bytes,
            Memory(MemoryAccess.Read, bytes) * 1e9)));

    /// <summary>GFLOP/s of fused multiply-adds.</summary>
    public double Fma(string kind)
    {
        GpuKernel kernel = kind == "f64" ? GpuKernel.PeakFmaF64 : GpuKernel.PeakFmaF32;
        long groups = _driver.IsProcessor ? 4L * _driver.Units : 8L * _driver.Units;
        const int Lanes = 256;
        (double seconds, int iterations) = Timed(kernel, 0, 1000, count =>
        {
            var launch = new KernelLaunch(kernel, groups);
            launch.Add(count);
            launch.Add(_space, _memory, sizeof(float));
            return launch;
        });
        return 2.0 * Chains * Lanes * groups * iterations / seconds / 1e9;
    }

    /// <summary>
    /// GFLOP/s of products on tensor cores, summed in f32, of factors that stay where they are: kernels/gpu/FastPeak.h
    /// and FastWidePeak.h.
    /// </summary>
    /// <param name="kind">One of <see cref="TensorKinds"/>.</param>
    /// <param name="isF16">Whether the factors are f16; else bf16.</param>
    public double Tensor(string kind, bool isF16)
    {
        bool wide = kind == "wgmma";
        GpuKernel first = wide ? GpuKernel.PeakWideFastF16 : GpuKernel.PeakMmaFastF16;
        GpuKernel kernel = isF16 ? first : first + 1;
        long groups = (wide ? 2L : 8L) * _driver.Units;
        // A step of a group: of four warps eight products each, or of two warpgroups four.
        double step = wide ? 2 * 4 * (2.0 * 64 * 256 * 16) : 4 * 8 * (2.0 * 16 * 8 * 16);
        (double seconds, int iterations) = Timed(kernel, 0, 64, count =>
        {
            var launch = new KernelLaunch(kernel, groups);
            launch.Add(count);
            launch.Add(_space, _memory, sizeof(float));
            return launch;
        });
        return step * groups * iterations / seconds / 1e9;
    }

    /// <summary>GB/s of a working set; a copy counts bytes read and bytes written.</summary>
    public double Memory(MemoryAccess access, long bytes)
    {
        long set = access == MemoryAccess.Copy ? bytes / 2 : bytes;
        const int GroupItems = 256, VectorBytes = 16;
        long groups = Math.Clamp(set / (16L * GroupItems * VectorBytes), 1, 8L * _driver.Units);
        int vectors = (int)(set / (groups * GroupItems * VectorBytes)) & ~3;
        GpuKernel kernel = access switch
        {
            MemoryAccess.Read => GpuKernel.PeakRead,
            MemoryAccess.Write => GpuKernel.PeakWrite,
            _ => GpuKernel.PeakCopy,
        };
        (double seconds, int passes) = Timed(kernel, bytes, 1, count =>
        {
            var launch = new KernelLaunch(kernel, groups);
            launch.Add(_space, _memory, sizeof(float));
            launch.Add(vectors);
            launch.Add(count);
            // What a read sums up goes over the set's first floats; a copy goes to its second half.
            if (access != MemoryAccess.Write)
                launch.Add(_space, access == MemoryAccess.Copy ? _memory + (nint)(bytes / 2) : _memory, sizeof(float));
            return launch;
        });
        double moved = (access == MemoryAccess.Copy ? 2.0 : 1.0) * vectors * groups * GroupItems * VectorBytes;
        return moved * passes / seconds / 1e9;
    }

    /// <summary>GB/s that all groups read from local (CUDA: shared) memory.</summary>
    public double Shared()
    {
        long groups = 8L * _driver.Units;
        (double seconds, int iterations) = Timed(GpuKernel.PeakShared, 0, 1000, count =>
        {
            var launch = new KernelLaunch(GpuKernel.PeakShared, groups);
            launch.Add(count);
            launch.Add(_space, _memory, sizeof(float));
            return launch;
        });
        return 16.0 * 256 * groups * iterations / seconds / 1e9;
    }

    public void Dispose()
    {
        _timed.Dispose();
        _plain.Dispose();
        _driver.Free(_space[_memory].Handle);
        _driver.Release();
    }

    private delegate KernelLaunch Prepare(int count);

    // The median of some launches, each with as many iterations as the first call found to be long enough.
    private (double Seconds, int Count) Timed(GpuKernel kernel, long size, int first, Prepare prepare)
    {
        if (!_repeats.TryGetValue((kernel, size), out int count))
        {
            count = first;
            Once(prepare(count));
            while (Once(prepare(count)) < MinKernelSeconds && count < 1 << 24)
                count *= 2;
            _repeats.Add((kernel, size), count);
        }
        var times = new double[Repetitions];
        for (int i = 0; i < times.Length; i++)
            times[i] = Once(prepare(count));
        return (Quantile.Median(times), count);
    }

    private double Once(KernelLaunch launch)
    {
        _timed.Launch(ref launch);
        return _timed.TakeSeconds();
    }

    private void Fill()
    {
        const int Piece = 4 << 20;
        float* staging = (float*)_plain.Staging(Piece);
        RandomData.Fill(staging, Piece / sizeof(float), 3);
        for (long at = 0; at < Bytes; at += Piece)
            _plain.Upload(_space[_memory].Handle, at, (byte*)staging, Math.Min(Piece, Bytes - at));
        _plain.Finish();
    }
}
