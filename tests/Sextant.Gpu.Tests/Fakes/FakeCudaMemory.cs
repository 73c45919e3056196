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
            *address = (nint)now._memory.Allocate((long)bytes);
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
            foreach (nint stream in now._streams.Keys)
                now.Run(stream);
            long bytes = now._memory.Free((ulong)address);
            if (bytes == 0)
                return 1;
            now.Given -= bytes;
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
            // Nothing promises that copies from or to it are waited for.
            if (s_now.IsCopied((nint)memory) || !s_now._pinned.Remove((nint)memory))
                return 1;
            NativeMemory.Free(memory);
        }
        return 0;
    }

    private bool IsCopied(nint memory)
    {
        long bytes = _pinned.GetValueOrDefault(memory);
        return _copied.Values.Any(hosts => hosts.Exists(host => host >= memory && host < memory + bytes));
    }

    /// <summary>Pins memory of the process, which stays its own.</summary>
    public static int MemHostRegister(nint memory, nint bytes)
    {
        int code = Enter("cuMemHostRegister");
        if (code != 0)
            return code;
        lock (s_now!._lock)
            return s_now._pinned.TryAdd(memory, bytes) ? 0 : 712;
    }

    /// <summary>Ends that.</summary>
    public static int MemHostUnregister(nint memory)
    {
        int code = Enter("cuMemHostUnregister");
        if (code != 0)
            return code;
        lock (s_now!._lock)
            return s_now.IsCopied(memory) ? 1 : s_now._pinned.Remove(memory) ? 0 : 713;
    }

    /// <summary>Whether an address is one of the device's memory.</summary>
    public static bool IsOfDevice(nint address) => s_now!._memory.Find((ulong)address, 1) is not null;

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
            byte* device = now._memory.Find((ulong)address, bytes);
            if (device is null || !now.IsPinned(memory, bytes))
                return 1;
            now.Copy(stream, device, (byte*)memory, bytes, up);
        }
        return 0;
    }
}
