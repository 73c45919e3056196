using System.Runtime.InteropServices;
using System.Text;
using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>One CUDA device: its primary context and the modules that the driver makes of kernels/gpu/ptx.</summary>
internal sealed unsafe class CudaDriver : GpuDriver
{
    private const int LogBytes = 16 << 10;

    private readonly CudaDeviceInfo _info;
    private readonly CudaApi _api;
    private readonly nint _context;
    private readonly nint _module;
    private readonly Lock _loading = new();
    private nint _fastModule;
    private nint _wideModule;
    private bool _hasWide;
    private string? _fastNote;
    private readonly nint[] _functions = new nint[GpuKernels.Names.Length];

    public CudaDriver(CudaDeviceInfo info)
    {
        _info = info;
        _api = info.Api;
        Name = info.DisplayName;
        nint context;
        _api.Check(_api.DevicePrimaryCtxRetain(&context, info.Id), Name, "cuDevicePrimaryCtxRetain");
        _context = context;
        try
        {
            Use();
            _module = LoadModule("Exact.ptx");
        }
        catch
        {
            ReleaseContext();
            throw;
        }
    }

    /// <summary>The driver's functions.</summary>
    public CudaApi Api => _api;

    /// <summary>Whether queues make graphs of what they are asked to start again and again.</summary>
    public bool HasGraphs => _info.HasGraphs && Environment.GetEnvironmentVariable(CudaGraphs.Variable) != "0";

    public override string Name { get; }

    public override bool IsProcessor => false;

    public override int Units => _info.Units;

    public override bool HasDoubles => true;

    public override long LargestBlock => long.MaxValue;

    public override bool HasFast => _info.HasFast;

    public override bool HasWide => _hasWide;

    public override string? FastNote => _fastNote;

    public override int TokensPerBatch => 16 * 1024;

    /// <summary>Makes the context this thread's own: every call of the driver needs it.</summary>
    public void Use() => _api.Check(_api.CtxSetCurrent(_context), Name, "cuCtxSetCurrent");

    /// <summary>The same, where it does not matter that the device is lost.</summary>
    public bool TryUse() => _api.CtxSetCurrent(_context) == Success;

    /// <summary>A kernel, found on first use.</summary>
    public nint Function(GpuKernel kernel)
    {
        nint found = Volatile.Read(ref _functions[(int)kernel]);
        if (found != 0)
            return found;
        string name = GpuKernels.Names[(int)kernel];
        fixed (byte* text = Encoding.ASCII.GetBytes(name + "\0"))
            _api.Check(_api.ModuleGetFunction(&found, ModuleOf(kernel), text), Name, $"cuModuleGetFunction {name}");
        // What is above 48 KiB has to be asked for.
        if (GpuKernels.SharedBytes(kernel) is var bytes and > 0)
        {
            _api.Check(
                _api.FuncSetAttribute(found, FunctionMaxDynamicSharedSizeBytes, bytes), Name,
                $"cuFuncSetAttribute {name}");
        }
        Volatile.Write(ref _functions[(int)kernel], found);
        return found;
    }

    /// <summary>Whether a kernel was asked for, as it is before it starts.</summary>
    public bool HasStarted(GpuKernel kernel) => Volatile.Read(ref _functions[(int)kernel]) != 0;

    /// <summary>Bytes of local memory that an item of a kernel takes: 0, or registers did not suffice.</summary>
    public int LocalBytes(GpuKernel kernel)
    {
        Use();
        int bytes;
        _api.Check(
            _api.FuncGetAttribute(&bytes, FunctionLocalSizeBytes, Function(kernel)), Name, "cuFuncGetAttribute");
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

    public override GpuQueue CreateQueue(bool timed = false) => new CudaQueue(this, timed);

    protected override void Close()
    {
        if (TryUse())
        {
            _ = _api.ModuleUnload(_module);
            if (_fastModule != 0)
                _ = _api.ModuleUnload(_fastModule);
            if (_wideModule != 0)
                _ = _api.ModuleUnload(_wideModule);
        }
        ReleaseContext();
    }

    private void ReleaseContext() => _ = _info.DriverVersion >= 11000
        ? _api.DevicePrimaryCtxRelease(_info.Id) : _api.DevicePrimaryCtxReleaseOld(_info.Id);

    /// <summary>
    /// Has the driver compile the kernels of fast mode, unless that is done, and chooses the products.
    /// </summary>
    /// <exception cref="DeviceBuildException">It does not.</exception>
    public override void LoadFast()
    {
        Use();
        lock (_loading)
        {
            if (_fastModule != 0)
                return;
            _fastModule = LoadModule("Fast.ptx");
            try
            {
                (_hasWide, _fastNote) = WideProducts.Choose(this, _info, LoadWide);
            }
            catch
            {
                // Nothing is chosen: the next call begins again.
                _ = _api.ModuleUnload(_fastModule);
                _fastModule = 0;
                throw;
            }
        }
    }

    private void LoadWide()
    {
        if (_wideModule == 0)
            _wideModule = LoadModule("Fast90.ptx");
    }

    private nint ModuleOf(GpuKernel kernel) =>
        GpuKernels.IsWide(kernel) ? _wideModule : GpuKernels.IsFast(kernel) ? _fastModule : _module;

    private nint LoadModule(string name)
    {
        byte[] image = Encoding.ASCII.GetBytes(KernelSources.Read(name) + "\0");
        var log = new byte[LogBytes + 1]; // the last one ends the text, whatever the driver does
        nint module;
        int code;
        string said;
        fixed (byte* text = image, to = log)
        {
            int* names = stackalloc int[] { JitErrorLogBuffer, JitErrorLogBufferSize };
            void** values = stackalloc void*[] { to, (void*)LogBytes };
            code = _api.ModuleLoadDataEx(&module, text, 2, names, values);
            said = Marshal.PtrToStringUTF8((nint)to)?.Trim() ?? "";
            if (IsOfCompiler(code))
            {
                throw new DeviceBuildException(
                    Name, FormattableString.Invariant(
                        $"the driver does not compile the kernels of {name} ({_api.NameOf(code)}, {code})."), said);
            }
        }
        // Whatever else the driver answers: where its compiler said something, that helps.
        _api.Check(code, Name, $"cuModuleLoadDataEx {name}{(said.Length > 0 ? $" ({said})" : "")}");
        return module;
    }
}
