using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Sextant.Gpu;
using Sextant.Gpu.Cuda;

namespace Sextant.Ilgpu;

/// <summary>What a driver needs to know of an accelerator besides what ILGPU says.</summary>
/// <param name="Name">For people.</param>
/// <param name="HasGenericSpace">Whether an OpenCL device has a generic address space.</param>
/// <param name="IsProcessor">Whether kernels with a vector for each item serve it.</param>
/// <param name="IsForTests">
/// Whether a processor gets the kernels of GPUs, which its driver takes minutes to optimise.
/// </param>
/// <param name="IsCpu">Whether it is ILGPU's own accelerator.</param>
/// <param name="TakesTurns">Whether the kernels of one queue at a time may run.</param>
/// <param name="LargestBlock">Maximum number of bytes of one block.</param>
/// <param name="TokensPerBatch">Tokens of a batch that serve it best.</param>
/// <param name="Cuda">What CUDA says of it; null where it is no CUDA device.</param>
internal sealed record IlgpuFacts(
    string Name, bool HasGenericSpace, bool IsProcessor, bool IsForTests, bool IsCpu, bool TakesTurns,
    long LargestBlock, int TokensPerBatch, CudaDeviceInfo? Cuda = null);

/// <summary>
/// An accelerator of ILGPU under the host code of all devices; kernels are compiled when they are first used.
/// </summary>
/// <remarks>
/// Fast mode, on CUDA: the PTX of kernels/gpu in ILGPU's context, started in ILGPU's streams among the kernels of
/// ILGPU.
/// </remarks>
internal sealed unsafe class IlgpuDriver : GpuDriver
{
    private readonly Context _context;
    private readonly IlgpuFacts _facts;
    private readonly IlgpuLauncher?[] _launchers = new IlgpuLauncher?[GpuKernels.All.Length];
    private readonly Lock _compiling = new();
    private readonly MemoryBuffer _nothing;
    private readonly CudaModules? _modules;

    public IlgpuDriver(Context context, IlgpuFacts facts)
    {
        _context = context;
        _facts = facts;
        _modules = facts.Cuda is { } cuda ? new CudaModules(cuda, facts.Name) : null;
        try
        {
            Accelerator = Run("opening", 0, _ => context.Devices[0].CreateAccelerator(context));
            _nothing = Run("allocating", 256, d => d.Accelerator.AllocateRaw(256, 1));
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    public Accelerator Accelerator { get; }

    public override string Name => _facts.Name;

    public override bool IsProcessor => _facts.IsProcessor;

    public override bool HasVectors => _facts.IsProcessor;

    public override int Units => Accelerator.NumMultiprocessors;

    public override bool HasDoubles => false;

    public override long LargestBlock => _facts.LargestBlock;

    public override bool HasFast => _facts.Cuda?.HasFast == true;

    public override bool HasWide => _modules?.HasWide == true;

    public override string? FastNote => _modules?.FastNote;

    public override int TokensPerBatch => _facts.TokensPerBatch;

    /// <summary>Whether kernels start through <see cref="QueueTurns"/>.</summary>
    public bool TakesTurns => _facts.TakesTurns;

    public override nint Allocate(long bytes) =>
        GCHandle.ToIntPtr(GCHandle.Alloc(Run("allocating", bytes, d => d.Accelerator.AllocateRaw(bytes, 1))));

    public override void Free(nint handle)
    {
        var held = GCHandle.FromIntPtr(handle);
        Bind();
        ((MemoryBuffer)held.Target!).Dispose();
        held.Free();
    }

    /// <summary>The memory behind a handle; 0 is memory that nobody reads.</summary>
    public MemoryBuffer Buffer(nint handle) =>
        handle == 0 ? _nothing : (MemoryBuffer)GCHandle.FromIntPtr(handle).Target!;

    public override GpuQueue CreateQueue() => new IlgpuQueue(this);

    /// <summary>What starts a kernel; compiles it when it is asked for the first time.</summary>
    public IlgpuLauncher Launcher(GpuKernel kernel) => Volatile.Read(ref _launchers[(int)kernel]) ?? Compile(kernel);

    /// <summary>
    /// Makes the accelerator this thread's own. ILGPU remembers which one is; that another user of CUDA has made a
    /// context current since, it does not see.
    /// </summary>
    public void Bind()
    {
        Accelerator.Bind();
        if (_facts.Cuda is { } cuda)
            cuda.Api.Check(cuda.Api.CtxSetCurrent(Accelerator.NativePtr), Name, "cuCtxSetCurrent");
    }

    public override void LoadFast()
    {
        Bind();
        _modules!.LoadFast(this);
    }

    /// <summary>Starts a kernel of kernels/gpu/ptx in a stream of ILGPU's.</summary>
    public void StartOwn(ref readonly KernelLaunch launch, CudaStream stream)
    {
        void** parameters = stackalloc void*[KernelLaunch.MaxArguments];
        long* values = stackalloc long[KernelLaunch.MaxArguments];
        launch.CopyTo(values, parameters);
        for (int i = 0; i < launch.Count; i++)
        {
            if (launch.IsHandle(i))
                values[i] = Buffer((nint)values[i]).NativePtr;
        }
        _modules!.Start(in launch, parameters, stream.StreamPtr);
    }

    /// <summary>Does something with the accelerator, with ILGPU's exceptions as this project's.</summary>
    public T Run<T>(string call, long bytes, Func<IlgpuDriver, T> act)
    {
        try
        {
            if (Accelerator is not null)
                Bind();
            return act(this);
        }
        catch (Exception problem) when (IlgpuErrors.IsOfDevice(problem))
        {
            throw IlgpuErrors.Of(problem, Name, call, bytes);
        }
    }

    protected override void Close()
    {
        try
        {
            Bind();
            _modules?.Unload();
            foreach (IlgpuLauncher? launcher in _launchers)
                launcher?.Dispose();
            _nothing.Dispose();
            Accelerator.Dispose();
            _context.Dispose();
        }
        catch (Exception problem) when (problem is DeviceException || IlgpuErrors.IsOfDevice(problem))
        {
            // Nothing more can be done for a device that is lost, and what went wrong before is what the caller is
            // told.
        }
    }

    /// <summary>Builds a kernel that is not in the catalogue.</summary>
    public IlgpuLauncher Build(IlgpuKernel kernel)
    {
        lock (_compiling)
            return BuildAlone(kernel);
    }

    private IlgpuLauncher BuildAlone(IlgpuKernel kernel) => Run("compiling a kernel", 0, driver =>
    {
        // What was compiled before would change the text of this one, and drivers know a text again or compile it.
        _context.ClearCache(ClearCacheMode.Everything);
        return kernel.Launcher(KernelBuilder.Build(driver.Accelerator, kernel.Method, kernel.GroupSize, _facts));
    });

    private IlgpuLauncher Compile(GpuKernel kernel)
    {
        lock (_compiling)
        {
            if (_launchers[(int)kernel] is { } found)
                return found;
            IlgpuLauncher launcher = BuildAlone(IlgpuKernels.Of(kernel));
            Volatile.Write(ref _launchers[(int)kernel], launcher);
            return launcher;
        }
    }
}
