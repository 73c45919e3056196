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
    private readonly List<nint>? _events;
    private readonly OpenClGate? _gate;
    private NativeBlock? _staging;

    public OpenClQueue(OpenClDriver driver, bool timed)
    {
        _driver = driver;
        _events = timed ? [] : null;
        _gate = driver.Info.IsProcessor ? new OpenClGate(driver) : null;
        int error;
        _queue = clCreateCommandQueue(driver.Context, driver.Device, timed ? QueueProfilingEnable : 0, &error);
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
            _events is null && _gate?.TakesTurns != true ? null : &done);
        if (failure < 0)
            throw OpenClErrors.Of(failure, _driver.Name, $"starting {GpuKernels.Name(launch.Kernel)}");
        if (_events is not null)
        {
            _events.Add(done);
            if (_gate?.TakesTurns == true)
                _ = clRetainEvent(done);
        }
        _gate?.Held(_gate.TakesTurns ? done : 0);
    }

    public override void Finish()
    {
        _gate?.Open();
        OpenClErrors.Check(clFinish(_queue), _driver.Name, "clFinish");
    }

    public override double TakeKernelSeconds()
    {
        Finish();
        ulong nanoseconds = 0;
        foreach (nint done in _events ?? [])
        {
            ulong start, end;
            OpenClErrors.Check(
                clGetEventProfilingInfo(done, ProfilingCommandStart, sizeof(ulong), &start, null), _driver.Name,
                "clGetEventProfilingInfo");
            OpenClErrors.Check(
                clGetEventProfilingInfo(done, ProfilingCommandEnd, sizeof(ulong), &end, null), _driver.Name,
                "clGetEventProfilingInfo");
            nanoseconds += end - start;
            _ = clReleaseEvent(done);
        }
        _events?.Clear();
        return nanoseconds * 1e-9;
    }

    public override void Dispose()
    {
        // What is held back would never end.
        _gate?.Open();
        _ = clFinish(_queue);
        _gate?.Leave();
        foreach (nint done in _events ?? [])
            _ = clReleaseEvent(done);
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
