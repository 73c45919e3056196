using System.Collections.Concurrent;
using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu.Tests;

/// <summary>An OpenCL device whose memory ends early, with the driver's own error.</summary>
internal sealed class SmallMemory(OpenClDeviceInfo info, long limit) : OpenClDriver(info)
{
    private readonly ConcurrentDictionary<nint, long> _sizes = new();
    private long _allocated;

    public override long LargestBlock => Math.Min(base.LargestBlock, limit);

    public override nint Allocate(long bytes)
    {
        if (Interlocked.Add(ref _allocated, bytes) > limit)
        {
            Interlocked.Add(ref _allocated, -bytes);
            throw OpenClErrors.Of(OpenClNative.MemoryObjectAllocationFailure, Name, "clCreateBuffer", bytes);
        }
        nint memory = base.Allocate(bytes);
        _sizes[memory] = bytes;
        return memory;
    }

    public override void Free(nint handle)
    {
        // A handle may come again as soon as it is freed.
        _ = _sizes.TryRemove(handle, out long bytes);
        Interlocked.Add(ref _allocated, -bytes);
        base.Free(handle);
    }

    /// <summary>Opens the first device.</summary>
    /// <param name="limit">Bytes that may be allocated.</param>
    public static OpenClDevice Open(long limit) => OpenClDevice.Open(0, info => new SmallMemory(info, limit));
}
