using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>A stream of its own for each call in flight, and memory that the device reads without a copy between.</summary>
internal sealed unsafe class CudaQueue : GpuQueue
{
    private readonly CudaDriver _driver;
    private readonly nint _stream;
    private void* _staging;
    private long _stagingBytes;

    public CudaQueue(CudaDriver driver)
    {
        _driver = driver;
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
        // Through the staging memory, so that the copy does not stop at pageable memory; unless it is that memory already.
        byte* staging = Staging(bytes);
        _driver.Use();
        CudaErrors.Check(
            cuMemcpyDtoHAsync(staging, handle + (nint)offset, (nuint)bytes, _stream), _driver.Name, "cuMemcpyDtoHAsync");
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
        int code = cuLaunchKernel(
            _driver.Function(launch.Kernel), (uint)launch.Groups, 1, 1, (uint)launch.GroupSize, 1, 1, 0, _stream, parameters,
            null);
        if (code != Success)
            throw CudaErrors.Of(code, CudaErrors.Name(code), _driver.Name, $"starting {GpuKernels.Names[(int)launch.Kernel]}");
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
        _ = cuStreamDestroy(_stream);
        if (_staging != null)
            _ = cuMemFreeHost(_staging);
        _staging = null;
    }
}
