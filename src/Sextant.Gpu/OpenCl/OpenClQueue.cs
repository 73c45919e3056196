using System.Text;
using Sextant.Runtime;
using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Gpu.OpenCl;

/// <summary>
/// An in-order command queue with kernel objects of its own: setting their arguments is not thread-safe.
/// </summary>
internal sealed unsafe class OpenClQueue : GpuQueue
{
    private readonly OpenClDriver _driver;
    private readonly nint _queue;
    private readonly nint[] _kernels = new nint[GpuKernels.All.Length];
    private readonly Action<GpuKernel, nint>? _started;
    private readonly OpenClGate? _gate;
    private NativeBlock? _staging;

    /// <summary>Creates a queue.</summary>
    /// <param name="driver">Where.</param>
    /// <param name="started">
    /// Is told of every kernel and its event, which is its to release; the queue keeps times then. Null: nobody is.
    /// </param>
    public OpenClQueue(OpenClDriver driver, Action<GpuKernel, nint>? started = null)
    {
        _driver = driver;
        _started = started;
        _gate = driver.Info.IsProcessor ? new OpenClGate(driver) : null;
        int error;
        _queue = clCreateCommandQueue(driver.Context, driver.Device, started is null ? 0 : QueueProfilingEnable,
            &error);
        OpenClErrors.Check(error, driver.Name, "clCreateCommandQueue");
    }

    public override byte* Staging(long bytes)
    {
        if (_staging is null || _staging.Bytes < bytes)
        {
            // A copy may still read from it.
            if (_staging is not null)
                Finish();
            _staging?.Dispose();
            _staging = new NativeBlock(Math.Max(2 * bytes, 4096));
        }
        return _staging.Pointer;
    }

    public override void Upload(nint handle, long offset, byte* source, long bytes) => OpenClErrors.Check(
        clEnqueueWriteBuffer(_queue, handle, 0, (nuint)offset, (nuint)bytes, source, 0, null, null), _driver.Name,
        "clEnqueueWriteBuffer", bytes);

    public override void Download(nint handle, long offset, void* destination, long bytes)
    {
        _gate?.Open();
        OpenClErrors.Check(
            clEnqueueReadBuffer(_queue, handle, 1, (nuint)offset, (nuint)bytes, destination, 0, null, null),
            _driver.Name, "clEnqueueReadBuffer", bytes);
    }

    public override void Launch(ref readonly KernelLaunch launch)
    {
        nint kernel = Kernel(launch.Kernel);
        for (int i = 0; i < launch.Count; i++)
        {
            fixed (long* value = &launch.Value(i))
            {
                int code = clSetKernelArg(kernel, (uint)i, (nuint)launch.Size(i), value);
                if (code < 0)
                    throw OpenClErrors.Of(
                        code, _driver.Name, $"clSetKernelArg {i} of {GpuKernels.Name(launch.Kernel)}");
            }
        }
        nuint local = (nuint)launch.GroupSize;
        nuint global = (nuint)launch.Groups * local;
        nint done = 0;
        nint before = _gate?.Next() ?? 0;
        int failure = clEnqueueNDRangeKernel(
            _queue, kernel, 1, null, &global, &local, before == 0 ? 0u : 1u, before == 0 ? null : &before,
            _started is null && _gate?.TakesTurns != true ? null : &done);
        if (failure < 0)
            throw OpenClErrors.Of(failure, _driver.Name, $"starting {GpuKernels.Name(launch.Kernel)}");
        if (_started is not null)
        {
            if (_gate?.TakesTurns == true)
                _ = clRetainEvent(done);
            _started(launch.Kernel, done);
        }
        _gate?.Held(_gate.TakesTurns ? done : 0);
    }

    public override void Finish()
    {
        _gate?.Open();
        OpenClErrors.Check(clFinish(_queue), _driver.Name, "clFinish");
    }

    public override void Dispose()
    {
        // What is held back would never end.
        _gate?.Open();
        _ = clFinish(_queue);
        _gate?.Leave();
        foreach (nint kernel in _kernels)
        {
            if (kernel != 0)
                _ = clReleaseKernel(kernel);
        }
        _ = clReleaseCommandQueue(_queue);
        _staging?.Dispose();
    }

    private nint Kernel(GpuKernel kernel)
    {
        ref nint found = ref _kernels[(int)kernel];
        if (found != 0)
            return found;
        string name = GpuKernels.Name(kernel);
        int error;
        fixed (byte* text = Encoding.ASCII.GetBytes(name + "\0"))
            found = clCreateKernel(_driver.ProgramOf(kernel), text, &error);
        OpenClErrors.Check(error, _driver.Name, $"clCreateKernel {name}");
        return found;
    }
}
