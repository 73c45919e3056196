using System.Runtime.InteropServices;

namespace Sextant.Gpu.Tests;

/// <summary>Memory of the device and pinned memory of the process, and copies between them.</summary>
internal sealed unsafe partial class FakeCuda
{
    private static int MemAlloc(nint* address, nuint bytes)
    {
        int code = Enter("cuMemAlloc");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (bytes == 0)
                return 1;
            if (now.Given + (long)bytes > now.Memory)
                return 2;
            now.Given += (long)bytes;
            nint handle = now._executor is null ? 1 : now._executor.Allocate((long)bytes);
            *address = (nint)now._nextAddress;
            now._blocks.Add(now._nextAddress, (handle, (long)bytes));
            now._nextAddress += ((long)bytes + 1023) & ~511L; // a gap behind each
        }
        return 0;
    }

    private static int MemFree(nint address)
    {
        int code = Enter("cuMemFree");
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._blocks.TryGetValue(address, out (nint Handle, long Bytes) block))
                return 1;
            foreach (nint stream in now._streams.Keys)
                now.Run(stream);
            now._queue?.Finish();
            now._executor?.Free(block.Handle);
            now.Given -= block.Bytes;
            now._blocks.Remove(address);
        }
        return 0;
    }

    private static int MemHostAlloc(void** memory, nuint bytes, uint flags)
    {
        int code = Enter("cuMemHostAlloc");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            *memory = NativeMemory.Alloc(bytes);
            s_now._pinned.Add((nint)(*memory), (long)bytes);
        }
        return 0;
    }

    private static int MemFreeHost(void* memory)
    {
        int code = Enter("cuMemFreeHost");
        if (code != 0)
            return code;
        lock (s_now!._lock)
        {
            if (!s_now._pinned.Remove((nint)memory))
                return 1;
            NativeMemory.Free(memory);
        }
        return 0;
    }

    private static int MemcpyHtoDAsync(nint to, void* from, nuint bytes, nint stream) =>
        Transfer("cuMemcpyHtoDAsync", to, (nint)from, (long)bytes, stream, true);

    private static int MemcpyDtoHAsync(void* to, nint from, nuint bytes, nint stream) =>
        Transfer("cuMemcpyDtoHAsync", from, (nint)to, (long)bytes, stream, false);

    private static int Transfer(string name, nint address, nint memory, long bytes, nint stream, bool up)
    {
        int code = Enter(name);
        if (code != 0)
            return code;
        FakeCuda now = s_now!;
        lock (now._lock)
        {
            if (!now._streams.ContainsKey(stream))
                return 400;
            if (!now.Find(address, bytes, out nint handle, out long offset) || !now.IsPinned(memory, bytes))
                return 1;
            now.Copy(stream, handle, offset, memory, bytes, up);
        }
        return 0;
    }
}
