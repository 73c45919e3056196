namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// A block's shared memory, which notices threads that touch the same bytes, at least one of them writing, without a
/// barrier between. What nobody wrote is not a number, and changes whatever it gets into.
/// </summary>
/// <param name="bytes">How many.</param>
/// <param name="granule">Bytes that are always touched together.</param>
internal sealed class PtxSharedMemory(int bytes, int granule)
{
    // A touch: how often the block has met, how often the thread's warp, and the thread.
    private const int BlockShift = 40, WarpShift = 16;
    private const long ThreadMask = (1 << WarpShift) - 1, Several = ThreadMask;

    private readonly byte[] _bytes = new byte[bytes];
    private readonly long[] _writers = new long[(bytes + granule - 1) / granule];
    private readonly long[] _readers = new long[(bytes + granule - 1) / granule];
    private readonly int[] _writerFences = new int[(bytes + granule - 1) / granule];
    private long[] _warpMeetings = [];
    private int[] _fences = [];
    private long _meetings;

    public void Begin(int warps)
    {
        _fences = new int[warps * PtxWarp.Threads];
        Array.Fill(_bytes, (byte)0xFF);
        Array.Fill(_writers, -1);
        Array.Fill(_readers, -1);
        _warpMeetings = new long[warps];
        _meetings = 0;
    }

    /// <summary>All threads of the block have met.</summary>
    public void Meet() => _meetings++;

    /// <summary>All threads of a warp have met.</summary>
    public void Meet(int warp) => _warpMeetings[warp]++;

    /// <summary>What a thread wrote until now is there for products of warpgroups.</summary>
    public void Fence(int thread) => _fences[thread]++;

    /// <summary>The bytes, which a product reads that a thread and others started.</summary>
    public ReadOnlySpan<byte> ReadByProducts(long address, int count, int thread)
    {
        ReadOnlySpan<byte> found = Read(address, count, thread);
        for (int i = (int)address / granule; i < ((int)address + count) / granule; i++)
        {
            long writer = Thread(_writers[i]);
            if (_writers[i] >= 0 && _fences[writer] == _writerFences[i])
                throw Fault(i, $"is read by a product, thread {writer} wrote it without a fence");
        }
        return found;
    }

    /// <summary>The bytes, which a thread reads.</summary>
    public ReadOnlySpan<byte> Read(long address, int count, int thread)
    {
        Require(address, count);
        long now = Now(thread);
        Span<long> readers = _readers;
        ReadOnlySpan<long> writers = _writers;
        for (int i = (int)address / granule; i < ((int)address + count) / granule; i++)
        {
            if (writers[i] >> BlockShift == _meetings && Conflicts(writers[i], now))
                throw Fault(i, $"is read by thread {thread}, written by {Thread(_writers[i])}");
            long reader = readers[i];
            // Of readers of one warp the latest is remembered, of several warps that there were several.
            bool several = reader >> BlockShift == _meetings
                && (Thread(reader) == Several || Thread(reader) / PtxWarp.Threads != thread / PtxWarp.Threads);
            readers[i] = several ? _meetings << BlockShift | Several : now;
        }
        return _bytes.AsSpan((int)address, count);
    }

    /// <summary>The bytes, which a thread writes.</summary>
    public Span<byte> Write(long address, int count, int thread)
    {
        Require(address, count);
        long now = Now(thread);
        for (int i = (int)address / granule; i < ((int)address + count) / granule; i++)
        {
            if (Conflicts(_writers[i], now))
                throw Fault(i, $"is written by thread {thread} and by {Thread(_writers[i])}");
            if (Conflicts(_readers[i], now))
                throw Fault(i, $"is written by thread {thread}, read by {Thread(_readers[i])}");
            (_writers[i], _writerFences[i]) = (now, _fences[thread]);
        }
        return _bytes.AsSpan((int)address, count);
    }

    /// <summary>Adds at once, which several threads may.</summary>
    public uint Add(long address, uint value)
    {
        Require(address, sizeof(uint));
        Span<byte> at = _bytes.AsSpan((int)address, sizeof(uint));
        uint before = BitConverter.ToUInt32(at);
        BitConverter.TryWriteBytes(at, before + value);
        return before;
    }

    private long Now(int thread) =>
        _meetings << BlockShift | _warpMeetings[thread / PtxWarp.Threads] << WarpShift | (long)thread;

    private static long Thread(long touch) => touch & ThreadMask;

    private static bool Conflicts(long other, long now)
    {
        if (other >> BlockShift != now >> BlockShift || other == now)
            return false;
        (long one, long two) = (Thread(other), Thread(now));
        return one != two
            && (one == Several || one / PtxWarp.Threads != two / PtxWarp.Threads
                || other >> WarpShift == now >> WarpShift);
    }

    private PtxFault Fault(int place, string what) => new($"shared byte {place * granule} {what}");

    private void Require(long address, int count)
    {
        if (address < 0 || address + count > _bytes.Length || address % count != 0)
            throw new PtxFault($"{count} bytes of shared memory at {address} of {_bytes.Length}");
    }
}
