using System.Collections.Concurrent;
using ILGPU.Runtime.Cuda;
using Sextant.Gpu;
using Sextant.Gpu.Tests.Ptx;
using Sextant.Runtime;

namespace Sextant.Ilgpu.Tests;

/// <summary>A device that interprets the PTX that ILGPU makes of the kernels.</summary>
internal sealed class PtxDevice(CudaArchitecture architecture) : GpuDevice(new PtxDriver(architecture));

/// <summary>Its driver: kernels run when they are started.</summary>
internal sealed class PtxDriver : GpuDriver
{
    private readonly Dictionary<GpuKernel, string> _texts;
    private readonly ConcurrentDictionary<GpuKernel, PtxKernel> _kernels = [];

    public PtxDriver(CudaArchitecture architecture) =>
        _texts = PtxTextTests.Compile(architecture).ToDictionary(one => one.Name, one => one.Text);

    public PtxMemory Memory { get; } = new();

    public override string Name => "PTX of ILGPU";

    public override bool IsProcessor => false;

    public override int Units => 1;

    public override bool HasDoubles => false;

    public override long LargestBlock => 1 << 30;

    public override bool HasFast => false;

    public override int TokensPerBatch => 256;

    public override nint Allocate(long bytes) => (nint)Memory.Allocate(bytes);

    public override void Free(nint handle) => Memory.Free((ulong)handle);

    public override GpuQueue CreateQueue() => new PtxQueue(this);

    public void Run(ref readonly KernelLaunch launch)
    {
        PtxKernel kernel = _kernels.GetOrAdd(
            launch.Kernel, name => new PtxKernel(_texts[name], IlgpuKernels.Of(name).Method));
        kernel.Run(Memory, in launch);
    }

    protected override void Close() => Memory.Dispose();

    private sealed unsafe class PtxQueue(PtxDriver driver) : GpuQueue
    {
        private NativeBlock? _staging;

        public override byte* Staging(long bytes)
        {
            if (_staging is null || _staging.Bytes < bytes)
            {
                _staging?.Dispose();
                _staging = new NativeBlock(bytes);
            }
            return _staging.Pointer;
        }

        public override void Upload(nint handle, long offset, byte* source, long bytes) =>
            Buffer.MemoryCopy(source, Find(handle, offset, bytes), bytes, bytes);

        public override void Download(nint handle, long offset, void* destination, long bytes) =>
            Buffer.MemoryCopy(Find(handle, offset, bytes), destination, bytes, bytes);

        public override void Launch(ref readonly KernelLaunch launch) => driver.Run(in launch);

        public override void Finish()
        {
        }

        public override void Dispose() => _staging?.Dispose();

        private byte* Find(nint handle, long offset, long bytes)
        {
            byte* found = driver.Memory.Find((ulong)handle + (ulong)offset, bytes);
            Assert.True(found != null);
            return found;
        }
    }
}
