using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>One CUDA device: its primary context and the modules that the driver makes of kernels/gpu/ptx.</summary>
internal sealed unsafe class CudaDriver : GpuDriver
{
    private readonly CudaDeviceInfo _info;
    private readonly CudaApi _api;
    private readonly nint _context;

    public CudaDriver(CudaDeviceInfo info)
    {
        _info = info;
        _api = info.Api;
        Name = info.DisplayName;
        Modules = new CudaModules(info, Name);
        nint context;
        _api.Check(_api.DevicePrimaryCtxRetain(&context, info.Id), Name, "cuDevicePrimaryCtxRetain");
        _context = context;
        try
        {
            Use();
            Modules.LoadExact();
        }
        catch
        {
            ReleaseContext();
            throw;
        }
    }

    /// <summary>The driver's functions.</summary>
    public CudaApi Api => _api;

    /// <summary>Its kernels.</summary>
    public CudaModules Modules { get; }

    /// <summary>Whether queues make graphs of what they are asked to start again and again.</summary>
    public bool HasGraphs => _info.HasGraphs && Environment.GetEnvironmentVariable(CudaGraphs.Variable) != "0";

    public override string Name { get; }

    public override bool IsProcessor => false;

    public override int Units => _info.Units;

    public override bool HasDoubles => true;

    public override long LargestBlock => long.MaxValue;

    public override bool HasFast => _info.HasFast;

    public override bool HasWide => Modules.HasWide;

    public override string? FastNote => Modules.FastNote;

    public override int TokensPerBatch => 16 * 1024;

    /// <summary>Makes the context this thread's own: every call of the driver needs it.</summary>
    public void Use() => _api.Check(_api.CtxSetCurrent(_context), Name, "cuCtxSetCurrent");

    /// <summary>The same, where it does not matter that the device is lost.</summary>
    public bool TryUse() => _api.CtxSetCurrent(_context) == Success;

    /// <summary>Bytes of local memory that an item of a kernel takes: 0, or registers did not suffice.</summary>
    public int LocalBytes(GpuKernel kernel)
    {
        Use();
        int bytes;
        _api.Check(
            _api.FuncGetAttribute(&bytes, FunctionLocalSizeBytes, Modules.Function(kernel)), Name, "cuFuncGetAttribute");
        return bytes;
    }

    public override nint Allocate(long bytes)
    {
        Use();
        nint address;
        _api.Check(_api.MemAlloc(&address, (nuint)bytes), Name, "cuMemAlloc", bytes);
        return address;
    }

    public override void Free(nint handle)
    {
        // Nothing more can be done for a device that is lost.
        if (TryUse())
            _ = _api.MemFree(handle);
    }

    public override GpuQueue CreateQueue() => new CudaQueue(this);

    /// <summary>
    /// Has the driver compile the kernels of fast mode, unless that is done, and chooses the products.
    /// </summary>
    /// <exception cref="DeviceException">It does not.</exception>
    public override void LoadFast()
    {
        Use();
        Modules.LoadFast(this);
    }

    protected override void Close()
    {
        if (TryUse())
            Modules.Unload();
        ReleaseContext();
    }

    private void ReleaseContext() => _ = _info.DriverVersion >= 11000
        ? _api.DevicePrimaryCtxRelease(_info.Id) : _api.DevicePrimaryCtxReleaseOld(_info.Id);
}
