using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>
/// Whether a device without tensor cores emulates them, so that the kernels of fast mode can be tested.
/// </summary>
internal enum FastEmulation
{
    /// <summary>Not at all: what every user gets.</summary>
    None,

    /// <summary>With copies into local memory that are there as soon as they are started.</summary>
    EarlyCopies,

    /// <summary>With copies that are there when they are waited for, and not before.</summary>
    LateCopies,
}

/// <summary>One OpenCL device with its context and the built program.</summary>
internal sealed unsafe class OpenClDriver : GpuDriver
{
    /// <summary>Names a limit to a device's memory, in MiB: for tests of what happens when it runs out.</summary>
    private readonly long _memoryLimit;
    private readonly FastEmulation _fast;
    private readonly nint _exactProgram;
    private readonly nint _fastProgram;
    private readonly nint _wideProgram;
    private long _allocated;

    public OpenClDriver(
        OpenClDeviceInfo info, bool asProcessor, long memoryLimit, FastEmulation fast = FastEmulation.None,
        bool wide = false)
    {
        Info = info;
        _fast = fast;
        _memoryLimit = memoryLimit;
        IsProcessor = asProcessor;
        Name = info.DisplayName;
        int error;
        nint device = info.Id;
        Context = clCreateContext(null, 1, &device, null, null, &error);
        OpenClErrors.Check(error, Name, "clCreateContext");
        try
        {
            string defines = asProcessor ? "#define CPU_DEVICE\n" : info.IsProcessor ? "#define KEEP_LOOPS\n" : "";
            _exactProgram = OpenClProgram.Build(this, defines, "Exact.cl");
            if (HasFast)
            {
                string late = fast == FastEmulation.LateCopies ? "#define LATE_COPIES\n" : "";
                string words = $"#define KEEP_LOOPS\n{late}";
                _fastProgram = OpenClProgram.Build(this, words, "Fast.cl", " -cl-opt-disable");
                if (wide)
                    _wideProgram = OpenClProgram.Build(this, words, "Fast90.cl", " -cl-opt-disable");
            }
        }
        catch
        {
            Close();
            throw;
        }
    }

    public OpenClDeviceInfo Info { get; }

    public nint Context { get; }

    public nint Device => Info.Id;

    public override string Name { get; }

    public override bool IsProcessor { get; }

    public override int Units => Info.Units;

    public override bool HasFast => _fast != FastEmulation.None;

    public override bool HasWide => _wideProgram != 0;

    public override bool HasDoubles => Info.DoubleConfig != 0;

    public override long LargestBlock => Math.Min(Info.LargestBlock, _memoryLimit);

    // A processor's caches hold as many; others want enough to fill all their units.
    public override int TokensPerBatch => Info.IsProcessor ? 256 * Math.Max(1, Units / 2) : 16 * 1024;

    public override nint Allocate(long bytes)
    {
        if (Interlocked.Add(ref _allocated, bytes) > _memoryLimit)
        {
            Interlocked.Add(ref _allocated, -bytes);
            throw OpenClErrors.Of(MemoryObjectAllocationFailure, Name, "clCreateBuffer", bytes);
        }
        int error;
        nint memory = clCreateBuffer(Context, MemReadWrite, (nuint)bytes, null, &error);
        if (error < 0)
            Interlocked.Add(ref _allocated, -bytes);
        OpenClErrors.Check(error, Name, "clCreateBuffer", bytes);
        lock (_sizes)
            _sizes.Add(memory, bytes);
        return memory;
    }

    private readonly Dictionary<nint, long> _sizes = [];

    public override void Free(nint handle)
    {
        lock (_sizes)
        {
            Interlocked.Add(ref _allocated, -_sizes[handle]);
            _sizes.Remove(handle);
        }
        _ = clReleaseMemObject(handle);
    }

    /// <summary>The program that has a kernel.</summary>
    public nint ProgramOf(GpuKernel kernel) =>
        GpuKernels.IsWide(kernel) ? _wideProgram : GpuKernels.IsFast(kernel) ? _fastProgram : _exactProgram;

    public override GpuQueue CreateQueue(bool timed = false) => new OpenClQueue(this, timed);

    protected override void Close()
    {
        foreach (nint program in (ReadOnlySpan<nint>)[_exactProgram, _fastProgram, _wideProgram])
        {
            if (program != 0)
                _ = clReleaseProgram(program);
        }
        _ = clReleaseContext(Context);
    }
}
