using System.Numerics;
using System.Runtime.InteropServices;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>One block of threads: its warps in turns, from barrier to barrier, and what they do with memory.</summary>
internal sealed unsafe class PtxBlock
{
    private readonly PtxFunction _function;
    private readonly PtxMemory _memory;
    private readonly ulong[] _parameters;
    private readonly PtxSharedMemory _shared;
    private readonly PtxWarp[] _warps;
    private readonly PtxWarpgroup[] _warpgroups;
    private readonly List<AsyncCopy>[] _copies;
    private readonly int[] _groups;
    private readonly int _threads;
    private readonly PtxTraffic? _traffic;

    /// <param name="function">The kernel.</param>
    /// <param name="memory">What its pointers point into.</param>
    /// <param name="parameters">Its arguments.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="moreShared">Bytes of shared memory after those that the kernel has itself.</param>
    /// <param name="traffic">What counts its accesses to memory; null: nothing does.</param>
    public PtxBlock(
        PtxFunction function, PtxMemory memory, ulong[] parameters, int threads, int moreShared, PtxTraffic? traffic)
    {
        _traffic = traffic;
        (_function, _memory, _parameters, _threads) = (function, memory, parameters, threads);
        _shared = new PtxSharedMemory(function.SharedBytes + moreShared, function.SharedGranule);
        _warps = [.. Enumerable.Range(0, threads).Chunk(PtxWarp.Threads).Select(
            some => new PtxWarp(function, some[0], some.Length))];
        _warpgroups = [.. _warps.Chunk(PtxWarpgroup.Warps).Where(four => four.Length == PtxWarpgroup.Warps)
            .Select(four => new PtxWarpgroup(four, _shared))];
        _groups = new int[threads];
        _copies = [.. Enumerable.Range(0, threads).Select(_ => new List<AsyncCopy>())];
    }

    public void Run(long block, long blocks)
    {
        foreach (PtxWarp warp in _warps)
            warp.Begin(block, blocks, _threads);
        Array.Clear(_groups);
        foreach (PtxWarpgroup four in _warpgroups)
            four.Begin();
        _shared.Begin(_warps.Length);
        do
        {
            foreach (PtxWarp warp in _warps)
                RunWarp(warp);
        }
        while (MeetWarpgroups() || MeetAll());
        foreach (PtxWarpgroup four in _warpgroups)
            four.End();
        foreach (List<AsyncCopy> copies in _copies)
        {
            if (copies.Count > 0)
                throw new PtxFault($"{_function.Name} ends before its copies");
        }
    }

    // Until the warp's threads have ended or are at a barrier of the block.
    private void RunWarp(PtxWarp warp)
    {
        while (true)
        {
            warp.Run(Access);
            if (warp.IsDone || warp.Waiting.Kind is PtxKind.Barrier or >= PtxKind.MultiplyWide)
                return;
            if (warp.Count != PtxWarp.Threads && warp.Waiting.Kind != PtxKind.WarpBarrier)
                throw warp.Fault(warp.Waiting, 0, "the warp is not full");
            Together(warp, warp.Waiting);
            warp.Release();
        }
    }

    private bool MeetWarpgroups()
    {
        bool any = false;
        foreach (PtxWarpgroup four in _warpgroups)
            any |= four.Meet();
        return any;
    }

    private bool MeetAll()
    {
        if (Array.TrueForAll(_warps, one => one.IsDone))
            return false;
        PtxWarp there = Array.Find(_warps, one => !one.IsDone)!;
        foreach (PtxWarp warp in _warps)
        {
            if (warp.IsDone || warp.Waiting != there.Waiting || there.Waiting.Kind != PtxKind.Barrier)
            {
                throw warp.Fault(
                    there.Waiting, 0, "all threads of the block, or of four warps, are waited for; some do not come");
            }
        }
        foreach (PtxWarp warp in _warps)
            warp.Release();
        _shared.Meet();
        return true;
    }

    // What lanes of a warp do with memory.
    private void Access(PtxWarp warp, PtxInstruction one, uint lanes)
    {
        if (one.Kind == PtxKind.Parameter)
        {
            Span<ulong> to = warp.Values(one.To[0]);
            for (uint left = lanes; left != 0; left &= left - 1)
                to[BitOperations.TrailingZeroCount(left)] = _parameters[one.Parameter];
            return;
        }
        Watch(warp, one, lanes);
        int lane = 0;
        try
        {
            for (uint left = lanes; left != 0; left &= left - 1)
            {
                lane = BitOperations.TrailingZeroCount(left);
                Access(warp, one, lane);
            }
        }
        catch (PtxFault fault)
        {
            throw warp.Fault(one, lane, fault.Message);
        }
    }

    private void Watch(PtxWarp warp, PtxInstruction one, uint lanes)
    {
        if (_traffic is null || one.Kind is not (PtxKind.Load or PtxKind.Store or PtxKind.Copy or PtxKind.LoadMatrix))
            return;
        Span<ulong> addresses = stackalloc ulong[PtxWarp.Threads];
        for (int lane = 0; lane < PtxWarp.Threads; lane++)
            addresses[lane] = one.Kind == PtxKind.LoadMatrix
                ? (uint)warp[one.From[0], lane] + (ulong)one.Offset : warp[one.From[0], lane] + (ulong)one.Offset;
        bool shared = one.Space == PtxSpace.Shared || one.Kind is PtxKind.Copy or PtxKind.LoadMatrix;
        string access = one.Kind switch
        {
            PtxKind.LoadMatrix => "matrix",
            PtxKind.Load => "load",
            PtxKind.Store => "store",
            _ => "copy",
        };
        int bytes = one.Kind switch
        {
            PtxKind.Load => one.Bytes * one.To.Length,
            PtxKind.Store => one.Bytes * (one.From.Length - 1),
            _ => one.Bytes,
        };
        _traffic.Add(_function.Name, $"{(shared ? "shared" : "global")} {access}", addresses, lanes, bytes);
        if (one.Kind == PtxKind.Copy)
            _traffic.Add(_function.Name, "global copy", warp.Values(one.From[1]), lanes, one.Bytes);
    }

    private void Access(PtxWarp warp, PtxInstruction one, int lane)
    {
        int thread = warp.First + lane;
        int[] from = one.From, to = one.To;
        ulong address = from.Length > 0 ? warp[from[0], lane] + (ulong)one.Offset : 0;
        switch (one.Kind)
        {
            case PtxKind.Load:
                ReadOnlySpan<byte> read = one.Space == PtxSpace.Shared
                    ? _shared.Read((long)address, one.Bytes * to.Length, thread)
                    : Global(address, one.Bytes * to.Length);
                for (int i = 0; i < to.Length; i++)
                    warp[to[i], lane] = Value(read[(i * one.Bytes)..], one.Bytes);
                break;
            case PtxKind.Store:
                int values = from.Length - 1;
                Span<byte> written = one.Space == PtxSpace.Shared
                    ? _shared.Write((long)address, one.Bytes * values, thread)
                    : Global(address, one.Bytes * values);
                for (int i = 0; i < values; i++)
                    Put(written[(i * one.Bytes)..], one.Bytes, warp[from[1 + i], lane]);
                break;
            case PtxKind.AtomicAdd:
                uint added = (uint)warp.Values(from[1])[lane];
                warp.Values(to[0])[lane] = one.Space == PtxSpace.Shared
                    ? _shared.Add((long)address, added)
                    : Interlocked.Add(ref MemoryMarshal.AsRef<uint>(Global(address, sizeof(uint))), added) - added;
                break;
            case PtxKind.Copy:
                // From now until it is waited for the bytes may arrive at any time.
                _shared.Write((long)address, one.Bytes, thread).Fill(0xFF);
                _copies[thread].Add(new AsyncCopy(
                    _groups[thread], (long)address, warp.Values(from[1])[lane], (int)warp.Values(from[2])[lane]));
                break;
            case PtxKind.CopyCommit:
                _groups[thread]++;
                break;
            case PtxKind.FenceProxy:
                _shared.Fence(thread);
                break;
            case PtxKind.FenceRegisters:
                break;
            default:
                Arrive(thread, _groups[thread] - (int)one.Offset);
                break;
        }
    }

    // What a thread copies in groups before one arrives now, as late as it may.
    private void Arrive(int thread, int group)
    {
        List<AsyncCopy> copies = _copies[thread];
        for (int i = 0; i < copies.Count; i++)
        {
            AsyncCopy copy = copies[i];
            if (copy.Group >= group)
                continue;
            Span<byte> target = _shared.Write(copy.To, AsyncCopy.Bytes, thread);
            target.Clear();
            if (copy.Given > 0)
                Global(copy.From, copy.Given, AsyncCopy.Bytes).CopyTo(target);
            copies.RemoveAt(i--);
        }
    }

    // What a warp's lanes do with each other.
    private void Together(PtxWarp warp, PtxInstruction one)
    {
        switch (one.Kind)
        {
            case PtxKind.WarpBarrier:
                _shared.Meet(warp.First / PtxWarp.Threads);
                break;
            case PtxKind.Shuffle:
                Span<ulong> given = stackalloc ulong[PtxWarp.Threads];
                warp.Values(one.From[0]).CopyTo(given);
                Span<ulong> places = warp.Values(one.From[1]), taken = warp.Values(one.To[0]);
                for (int lane = 0; lane < PtxWarp.Threads; lane++)
                {
                    int place = (int)places[lane];
                    int source = one.Variant switch
                    {
                        "down" => lane + place,
                        "bfly" => lane ^ place,
                        _ => place,
                    };
                    taken[lane] = (uint)given[source is < 0 or >= PtxWarp.Threads ? lane : source];
                }
                break;
            case PtxKind.LoadMatrix:
                Watch(warp, one, uint.MaxValue);
                try
                {
                    PtxMatrix.Load(
                        one.Variant == "trans",
                        lane => _shared.Read(
                            (uint)warp.Values(one.From[0])[lane] + one.Offset, one.Bytes, warp.First + lane).ToArray(),
                        (lane, i, value) => warp.Values(one.To[i])[lane] = value);
                }
                catch (PtxFault fault)
                {
                    throw warp.Fault(one, 0, fault.Message);
                }
                break;
            default:
                PtxMatrix.Multiply(warp, one);
                break;
        }
    }

    private Span<byte> Global(ulong address, int bytes, int alignment = 0)
    {
        byte* found = _memory.Find(address, bytes);
        if (found is null || address % (ulong)(alignment == 0 ? bytes : alignment) != 0)
            throw new PtxFault($"{bytes} bytes of global memory at {address:x}");
        return new Span<byte>(found, bytes);
    }

    private static ulong Value(ReadOnlySpan<byte> bytes, int count) => count switch
    {
        4 => MemoryMarshal.Read<uint>(bytes),
        2 => MemoryMarshal.Read<ushort>(bytes),
        _ => MemoryMarshal.Read<ulong>(bytes),
    };

    private static void Put(Span<byte> bytes, int count, ulong value)
    {
        switch (count)
        {
            case 4:
                MemoryMarshal.Write(bytes, (uint)value);
                break;
            case 2:
                MemoryMarshal.Write(bytes, (ushort)value);
                break;
            default:
                MemoryMarshal.Write(bytes, value);
                break;
        }
    }

    // cp.async: of sixteen bytes some are given, the others are zeros.
    private readonly record struct AsyncCopy(int Group, long To, ulong From, int Given)
    {
        public const int Bytes = 16;
    }
}
