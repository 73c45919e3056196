using System.Runtime.InteropServices;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// Memory of the device. Addresses are not those of the process; between two allocations lies what belongs to none.
/// New memory holds what it is told to, if nothing values that are not numbers.
/// </summary>
internal sealed unsafe class PtxMemory(byte fill = 0xFF) : IDisposable
{
    private const ulong Alignment = 256; // what cuMemAlloc promises
    private readonly Lock _lock = new();
    private Allocation[] _all = [];
    private ulong _next = 0x7F00_0000_0000;

    public int Count => _all.Length;

    public ulong Allocate(long bytes)
    {
        lock (_lock)
        {
            var one = new Allocation(_next, bytes, (byte*)NativeMemory.AllocZeroed((nuint)bytes));
            if (fill != 0)
                NativeMemory.Fill(one.Bytes, (nuint)bytes, fill);
            _next += (((ulong)bytes + Alignment - 1) / Alignment * Alignment) + Alignment;
            _all = [.. _all, one];
            return one.First;
        }
    }

    /// <summary>How many bytes were given back; 0: none begin there.</summary>
    public long Free(ulong address)
    {
        lock (_lock)
        {
            int place = Array.FindIndex(_all, one => one.First == address);
            if (place < 0)
                return 0;
            Allocation one = _all[place];
            NativeMemory.Free(one.Bytes);
            _all = [.. _all[..place], .. _all[(place + 1)..]];
            return one.Size;
        }
    }

    /// <summary>Where so many bytes lie; null: no allocation holds them all.</summary>
    public byte* Find(ulong address, long bytes)
    {
        Allocation[] all = _all;
        (int low, int high) = (0, all.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = all[middle].First <= address ? (middle + 1, high) : (low, middle);
        }
        if (low == 0)
            return null;
        Allocation one = all[low - 1];
        ulong offset = address - one.First;
        return offset + (ulong)bytes <= (ulong)one.Size ? one.Bytes + offset : null;
    }

    public void Dispose()
    {
        foreach (Allocation one in _all)
            NativeMemory.Free(one.Bytes);
        _all = [];
    }

    private readonly struct Allocation(ulong first, long size, byte* bytes)
    {
        public readonly ulong First = first;
        public readonly long Size = size;
        public readonly byte* Bytes = bytes;
    }
}
