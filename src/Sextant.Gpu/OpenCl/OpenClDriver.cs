using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>One OpenCL device with its context and the built program.</summary>
internal unsafe class OpenClDriver : GpuDriver
{
    private readonly nint _program;
    private readonly Lazy<nint> _peaks;

    public OpenClDriver(OpenClDeviceInfo info)
    {
        Info = info;
        Name = info.DisplayName;
        _peaks = new(() => OpenClProgram.Build(this, info.IsProcessor ? KeepLoops : "", "Peak.cl"));
        int error;
        nint device = info.Id;
        Context = clCreateContext(null, 1, &device, null, null, &error);
        OpenClErrors.Check(error, Name, "clCreateContext");
        try
        {
            _program = OpenClProgram.Build(this, info.IsProcessor ? KeepLoops : "", "Exact.cl");
        }
        catch
        {
            _ = clReleaseContext(Context);
            throw;
        }
    }

    /// <summary>
    /// What a processor's driver is told, which would take minutes to unroll (kernels/gpu/Prelude.h).
    /// </summary>
    public const string KeepLoops = "#define KEEP_LOOPS\n";

    public OpenClDeviceInfo Info { get; }

    public nint Context { get; }

    public nint Device => Info.Id;

    public override string Name { get; }

    public override bool IsProcessor => Info.IsProcessor;

    public override int Units => Info.Units;

    public override bool HasFast => false;

    public override bool HasDoubles => Info.DoubleConfig != 0;

    public override long LargestBlock => Info.LargestBlock;

    // A processor's caches hold as many; others want enough to fill all their units.
    public override int TokensPerBatch => Info.IsProcessor ? 256 * Math.Max(1, Units / 2) : 16 * 1024;

    public override nint Allocate(long bytes)
    {
        int error;
        nint memory = clCreateBuffer(Context, MemReadWrite, (nuint)bytes, null, &error);
        OpenClErrors.Check(error, Name, "clCreateBuffer", bytes);
        return memory;
    }

    public override void Free(nint handle) => _ = clReleaseMemObject(handle);

    /// <summary>The program that has a kernel.</summary>
    public virtual nint ProgramOf(GpuKernel kernel) =>
        GpuKernels.IsOfPeaks(GpuKernels.Of(kernel).Module) ? _peaks.Value : _program;

    public override GpuQueue CreateQueue() => new OpenClQueue(this);

    protected override void Close()
    {
        _ = clReleaseProgram(_program);
        if (_peaks.IsValueCreated)
            _ = clReleaseProgram(_peaks.Value);
        _ = clReleaseContext(Context);
    }
}
