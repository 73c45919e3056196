using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>
/// A stream of its own for each call in flight, and memory that the device reads without a copy between.
/// </summary>
internal sealed unsafe class CudaQueue : GpuQueue
{
    private readonly CudaDriver _driver;
    private readonly nint _stream;

    // Pairs of events around kernels, of which the first so many are in use; null where nothing is timed.
    private readonly List<nint>? _events;
    private int _used;
    private void* _staging;
    private long _stagingBytes;

    public CudaQueue(CudaDriver driver, bool timed)
    {
        _driver = driver;
        _events = timed ? [] : null;
        driver.Use();
        nint stream;
        CudaErrors.Check(cuStreamCreate(&stream, StreamNonBlocking), driver.Name, "cuStreamCreate");
        _stream = stream;
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
            CudaErrors.Check(cuMemFreeHost(_staging), _driver.Name, "cuMemFreeHost");
        }
        _staging = null;
        _stagingBytes = 0;
        long size = Math.Max(2 * bytes, 4096);
        void* memory;
        CudaErrors.Check(cuMemHostAlloc(&memory, (nuint)size, 0), _driver.Name, "cuMemHostAlloc", size);
        _staging = memory;
        _stagingBytes = size;
        return (byte*)memory;
    }

    public override void Upload(nint handle, long offset, byte* source, long bytes)
    {
        _driver.Use();
        CudaErrors.Check(
            cuMemcpyHtoDAsync(handle + (nint)offset, source, (nuint)bytes, _stream), _driver.Name, "cuMemcpyHtoDAsync");
    }

    public override void Download(nint handle, long offset, void* destination, long bytes)
    {
        // Through the staging memory, so that the copy does not stop at pageable memory; unless it is that memory
        // already.
        byte* staging = Staging(bytes);
        _driver.Use();
        CudaErrors.Check(
            cuMemcpyDtoHAsync(
                staging, handle + (nint)offset, (nuint)bytes, _stream), _driver.Name, "cuMemcpyDtoHAsync");
        Finish();
        if (staging != destination)
            Buffer.MemoryCopy(staging, destination, bytes, bytes);
    }

    public override void Launch(ref readonly KernelLaunch launch)
    {
        _driver.Use();
        void** parameters = stackalloc void*[KernelLaunch.Most];
        long* values = stackalloc long[KernelLaunch.Most];
        for (int i = 0; i < launch.Count; i++)
        {
            values[i] = launch.Value(i);
            parameters[i] = values + i;
        }
        if (launch.Groups > int.MaxValue)
            throw new UnsupportedRequestException($"{_driver.Name}: a batch of {launch.Groups} groups is too large.");
        Mark();
        int code = cuLaunchKernel(
            _driver.Function(
                launch.Kernel), (uint)launch.Groups, 1, 1, (uint)launch.GroupSize, 1, 1, 0, _stream, parameters,
            null);
        if (code != Success)
            throw CudaErrors.Of(
                code, CudaErrors.Name(code), _driver.Name, $"starting {GpuKernels.Names[(int)launch.Kernel]}");
        Mark();
    }

    public override double TakeKernelSeconds()
    {
        Finish();
        double seconds = 0;
        for (int i = 0; i + 1 < _used; i += 2)
        {
            float milliseconds;
            CudaErrors.Check(
                cuEventElapsedTime(&milliseconds, _events![i], _events[i + 1]), _driver.Name, "cuEventElapsedTime");
            seconds += milliseconds * 1e-3;
        }
        _used = 0;
        return seconds;
    }

    public override void Finish()
    {
        _driver.Use();
        CudaErrors.Check(cuStreamSynchronize(_stream), _driver.Name, "cuStreamSynchronize");
    }

    public override void Dispose()
    {
        if (!_driver.TryUse())
            return; // a device that is lost has taken its memory along
        _ = cuStreamSynchronize(_stream);
        foreach (nint done in _events ?? [])
            _ = cuEventDestroy(done);
        _ = cuStreamDestroy(_stream);
        if (_staging != null)
            _ = cuMemFreeHost(_staging);
        _staging = null;
    }

    // Puts the next event into the stream.
    private void Mark()
    {
        if (_events is null)
            return;
        if (_used == _events.Count)
        {
            nint created;
            CudaErrors.Check(cuEventCreate(&created, 0), _driver.Name, "cuEventCreate");
            _events.Add(created);
        }
        CudaErrors.Check(cuEventRecord(_events[_used++], _stream), _driver.Name, "cuEventRecord");
    }
}
