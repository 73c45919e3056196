using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Sextant.Gpu;

namespace Sextant.Ilgpu;

/// <summary>A stream of ILGPU's, with memory of this process from and to which it copies.</summary>
/// <remarks>
/// On OpenCL it copies through ILGPU's bindings: ILGPU's own copies take the length of the whole buffer of this process
/// for that of the piece.
/// </remarks>
internal sealed unsafe class IlgpuQueue : GpuQueue
{
    private readonly IlgpuDriver _driver;
    private readonly AcceleratorStream _stream;
    private CPUMemoryBuffer? _up;
    private CPUMemoryBuffer? _down;

    public IlgpuQueue(IlgpuDriver driver)
    {
        _driver = driver;
        _stream = driver.Run("creating a stream", 0, static d => d.Accelerator.CreateStream());
    }

    /// <summary>ILGPU's own.</summary>
    public AcceleratorStream Stream => _stream;

    public override byte* Staging(long bytes)
    {
        if (_up is null || _up.LengthInBytes < bytes)
        {
            // A copy may still read from it.
            if (_up is not null)
                Finish();
            Grow(ref _up, bytes);
        }
        return (byte*)_up!.NativePtr;
    }

    public override void Upload(nint handle, long offset, byte* source, long bytes)
    {
        try
        {
            _driver.Bind();
            MemoryBuffer to = _driver.Buffer(handle);
            if (_stream is CLStream stream)
            {
                CLException.ThrowIfFailed(CLAPI.CurrentAPI.WriteBuffer(
                    stream, to.NativePtr, false, (nint)offset, (nint)bytes, (nint)source));
                return;
            }
            ArrayView<byte> from = _up!.AsRawArrayView(source - (byte*)_up.NativePtr, bytes);
            to.AsRawArrayView(offset, bytes).CopyFrom(_stream, from);
        }
        catch (Exception problem) when (IlgpuErrors.IsOfDevice(problem))
        {
            throw IlgpuErrors.Of(problem, _driver.Name, "copying to the device", bytes);
        }
    }

    public override void Download(nint handle, long offset, void* destination, long bytes)
    {
        try
        {
            _driver.Bind();
            MemoryBuffer from = _driver.Buffer(handle);
            if (_stream is CLStream stream)
            {
                CLException.ThrowIfFailed(CLAPI.CurrentAPI.ReadBuffer(
                    stream, from.NativePtr, true, (nint)offset, (nint)bytes, (nint)destination));
                return;
            }
            if (_down is null || _down.LengthInBytes < bytes)
                Grow(ref _down, bytes);
            ArrayView<byte> to = _down!.AsRawArrayView(0, bytes);
            from.AsRawArrayView(offset, bytes).CopyTo(_stream, to);
            _stream.Synchronize();
        }
        catch (Exception problem) when (IlgpuErrors.IsOfDevice(problem))
        {
            throw IlgpuErrors.Of(problem, _driver.Name, "copying from the device", bytes);
        }
        Buffer.MemoryCopy((void*)_down!.NativePtr, destination, bytes, bytes);
    }

    public override void Launch(ref readonly KernelLaunch launch) =>
        Launch(
            GpuKernels.Of(launch.Kernel).Module is GpuModule.Exact or GpuModule.Vectors || _stream is not CudaStream
                ? _driver.Launcher(launch.Kernel) : null,
            in launch);

    /// <summary>Starts a kernel.</summary>
    /// <param name="launcher">Of a kernel in C#; null: one that is in PTX alone.</param>
    /// <param name="launch">Its grid and its arguments.</param>
    public void Launch(IlgpuLauncher? launcher, ref readonly KernelLaunch launch)
    {
        try
        {
            _driver.Bind();
            if (launcher is null)
                _driver.StartOwn(in launch, (CudaStream)_stream);
            else if (_driver.TakesTurns)
                QueueTurns.Start(_stream, launcher, _driver, in launch);
            else
                launcher.Start(_driver, _stream, in launch);
        }
        catch (Exception problem) when (IlgpuErrors.IsOfDevice(problem))
        {
            throw IlgpuErrors.Of(problem, _driver.Name, $"starting {GpuKernels.Name(launch.Kernel)}");
        }
    }

    public override void Finish()
    {
        try
        {
            _driver.Bind();
            _stream.Synchronize();
        }
        catch (Exception problem) when (IlgpuErrors.IsOfDevice(problem))
        {
            throw IlgpuErrors.Of(problem, _driver.Name, "waiting");
        }
    }

    public override void Dispose()
    {
        _driver.Bind();
        _stream.Synchronize();
        QueueTurns.Leave(_stream);
        _stream.Dispose();
        _up?.Dispose();
        _down?.Dispose();
    }

    private void Grow(ref CPUMemoryBuffer? memory, long bytes)
    {
        memory?.Dispose();
        memory = null;
        long size = Math.Max(2 * bytes, 4096);
        memory = _driver.Run(
            "allocating memory of this process", size, d => CPUMemoryBuffer.CreatePageLocked(d.Accelerator, size, 1));
    }
}
