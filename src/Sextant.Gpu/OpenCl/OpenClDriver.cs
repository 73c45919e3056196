using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>One OpenCL device with its context and the built program.</summary>
internal sealed unsafe class OpenClDriver : GpuDriver
{
    /// <summary>Names a limit to a device's memory, in MiB: for tests of what happens when it runs out.</summary>
    private readonly long _memoryLimit;
    private long _allocated;

    public OpenClDriver(OpenClDeviceInfo info, bool asProcessor, long memoryLimit)
    {
        Info = info;
        _memoryLimit = memoryLimit;
        IsProcessor = asProcessor;
        Name = info.DisplayName;
        int error;
        nint device = info.Id;
        Context = clCreateContext(null, 1, &device, null, null, &error);
        OpenClErrors.Check(error, Name, "clCreateContext");
        try
        {
            Program = OpenClProgram.Build(this);
        }
        catch
        {
            _ = clReleaseContext(Context);
            throw;
        }
    }

    public OpenClDeviceInfo Info { get; }

    public nint Context { get; }

    public nint Device => Info.Id;

    public nint Program { get; }

    public override string Name { get; }

    public override bool IsProcessor { get; }

    public override int Units => Info.Units;

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

    public override GpuQueue CreateQueue() => new OpenClQueue(this);

    protected override void Close()
    {
        _ = clReleaseProgram(Program);
        _ = clReleaseContext(Context);
    }
}
