using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>
/// A stream of its own for each call in flight, and memory that the device reads without a copy between.
/// </summary>
/// <remarks>
/// The kernels of short texts are put by until something is waited for, and then started together: by a graph, if the
/// same ones were started before (<see cref="CudaGraphs"/>).
/// </remarks>
internal sealed unsafe class CudaQueue : GpuQueue
{
    /// <summary>Tokens of a batch below which starting kernels takes longer than running them.</summary>
    public const int FewTokens = 512;

    private const int MaxPending = 512;

    private readonly CudaDriver _driver;
    private readonly CudaApi _api;
    private readonly nint _stream;
    private readonly CudaGraphs? _graphs;
    private KernelLaunch[] _pending = [];
    private int _pendingCount;
    private bool _putBy;
    private void* _staging;
    private long _stagingBytes;

    public CudaQueue(CudaDriver driver)
    {
        _driver = driver;
        _api = driver.Api;
        _graphs = driver.HasGraphs ? new CudaGraphs(driver) : null;
        driver.Use();
        nint stream;
        _api.Check(_api.StreamCreate(&stream, StreamNonBlocking), driver.Name, "cuStreamCreate");
        _stream = stream;
    }

    /// <summary>The driver's handle of it.</summary>
    public nint Stream => _stream;

    /// <summary>Its graphs; null where it makes none.</summary>
    public CudaGraphs? Graphs => _graphs;

    public override void Expect(int tokens)
    {
        Flush();
        _putBy = _graphs is not null && tokens <= FewTokens;
    }

    public override byte* Staging(long bytes)
    {
        if (_stagingBytes >= bytes)
            return (byte*)_staging;
        _driver.Use();
        if (_staging != null)
        {
            // A copy may still read from it.
            Finish();
            _api.Check(_api.MemFreeHost(_staging), _driver.Name, "cuMemFreeHost");
        }
        _staging = null;
        _stagingBytes = 0;
        long size = Math.Max(2 * bytes, 4096);
        void* memory;
        _api.Check(_api.MemHostAlloc(&memory, (nuint)size, 0), _driver.Name, "cuMemHostAlloc", size);
        _staging = memory;
        _stagingBytes = size;
        return (byte*)memory;
    }

    public override void Upload(nint handle, long offset, byte* source, long bytes)
    {
        Flush();
        _driver.Use();
        _api.Check(
            _api.MemcpyHtoDAsync(handle + (nint)offset, source, (nuint)bytes, _stream), _driver.Name,
            "cuMemcpyHtoDAsync");
    }

    public override void Download(nint handle, long offset, void* destination, long bytes)
    {
        // Through the staging memory, so that the copy does not stop at pageable memory; unless it is that memory
        // already.
        byte* staging = Staging(bytes);
        Flush();
        _driver.Use();
        _api.Check(
            _api.MemcpyDtoHAsync(staging, handle + (nint)offset, (nuint)bytes, _stream), _driver.Name,
            "cuMemcpyDtoHAsync");
        Finish();
        if (staging != destination)
            Buffer.MemoryCopy(staging, destination, bytes, bytes);
    }

    public override void Launch(ref readonly KernelLaunch launch)
    {
        if (launch.Groups > int.MaxValue)
            throw new UnsupportedRequestException($"{_driver.Name}: a batch of {launch.Groups} groups is too large.");
        if (!_putBy)
        {
            Start(in launch);
            return;
        }
        if (_pendingCount == MaxPending)
            Flush();
        if (_pendingCount == _pending.Length)
            Array.Resize(ref _pending, Math.Max(64, 2 * _pendingCount));
        _pending[_pendingCount++] = launch;
    }

    public override void Finish()
    {
        Flush();
        _driver.Use();
        _api.Check(_api.StreamSynchronize(_stream), _driver.Name, "cuStreamSynchronize");
    }

    public override void Dispose()
    {
        if (!_driver.TryUse())
            return; // a device that is lost has taken its memory along
        _ = _api.StreamSynchronize(_stream);
        _graphs?.Clear();
        _ = _api.StreamDestroy(_stream);
        if (_staging != null)
            _ = _api.MemFreeHost(_staging);
        _staging = null;
    }

    // Starts what was put by.
    private void Flush()
    {
        if (_pendingCount == 0)
            return;
        ReadOnlySpan<KernelLaunch> launches = _pending.AsSpan(0, _pendingCount);
        _pendingCount = 0;
        _driver.Use();
        if (_graphs!.TryLaunch(launches, _stream))
            return;
        foreach (ref readonly KernelLaunch launch in launches)
            Start(in launch);
    }

    private void Start(ref readonly KernelLaunch launch)
    {
        _driver.Use();
        void** parameters = stackalloc void*[KernelLaunch.MaxArguments];
        long* values = stackalloc long[KernelLaunch.MaxArguments];
        launch.CopyTo(values, parameters);
        _driver.Modules.Start(in launch, parameters, _stream);
    }
}
