using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Gpu;

/// <summary>A call's memory on a device, its queue, and the batch that it works on.</summary>
/// <param name="driver">Where.</param>
/// <param name="space">Where its addresses are.</param>
/// <param name="hasNarrow">Whether every element has a 16-bit form beside its f32 form: fast mode.</param>
internal sealed unsafe class GpuWorkspace(GpuDriver driver, AddressSpace space, bool hasNarrow = false) : Workspace
{
    // Batches of so many tokens are done in a moment, and on CUDA one graph that nobody waits for halfway.
    private const int MaxTokensOfGraph = 512;

    private nint _memory;
    private nint _narrow;
    private nint _integers;
    private PackedBatch? _uploaded;
    private long _version;
    private int _tokens;
    private bool _pending;
    private double _started;

    /// <summary>What it has the device do.</summary>
    public GpuQueue Queue { get; } = driver.CreateQueue();

    public override long Bytes => _memory == 0 ? 0 : space[_memory].Bytes;

    /// <summary>Where the 16-bit form of a tensor of this workspace begins.</summary>
    public nint Narrow(Tensor tensor) => _narrow + (nint)(AddressSpace.Offset(tensor.Address) / 2);

    /// <summary>Where the batch's token ids [T] are.</summary>
    public nint Ids { get; private set; }

    /// <summary>Token type ids [T].</summary>
    public nint TypeIds { get; private set; }

    /// <summary>Positions [T].</summary>
    public nint Positions { get; private set; }

    /// <summary>Starts [S + 1].</summary>
    public nint Starts { get; private set; }

    /// <summary>Tokens that pooling leaves out [S].</summary>
    public nint Skips { get; private set; }

    /// <summary>Sequence and first query of every 32 queries [<see cref="BlockCount"/>, 2].</summary>
    public nint Blocks { get; private set; }

    /// <summary>Blocks of 32 queries, over all sequences.</summary>
    public int BlockCount { get; private set; }

    /// <summary>Copies the batch to the device in one piece, unless it is there.</summary>
    public void Upload(PackedBatch batch)
    {
        if (_uploaded == batch && _version == batch.Version)
            return;
        // A call that was cancelled may have left a copy on its way.
        if (_pending)
            Queue.Finish();
        int tokens = batch.Tokens, sequences = batch.Sequences;
        int blocks = 0;
        for (int s = 0; s < sequences; s++)
            blocks += (batch.Starts[s + 1] - batch.Starts[s] + 31) / 32;
        long count = 3L * tokens + 2L * sequences + 1 + 2L * blocks;
        long bytes = count * sizeof(int);
        if (_integers == 0 || space[_integers].Bytes < bytes)
        {
            Free(ref _integers);
            _integers = Allocate(driver, space, Math.Max(2 * bytes, 4096), this);
        }
        var to = new Span<int>(Queue.Staging(bytes), (int)count);
        nint address = _integers;
        Ids = Put(batch.Ids, ref to, ref address);
        TypeIds = Put(batch.TypeIds, ref to, ref address);
        Positions = Put(batch.Positions, ref to, ref address);
        Starts = Put(batch.Starts, ref to, ref address);
        Skips = Put(batch.Skips, ref to, ref address);
        Blocks = address;
        BlockCount = blocks;
        int next = 0;
        for (int s = 0; s < sequences; s++)
        {
            for (int first = 0; first < batch.Starts[s + 1] - batch.Starts[s]; first += 32)
            {
                to[next++] = s;
                to[next++] = first;
            }
        }
        _tokens = tokens;
        Queue.Expect(tokens);
        DeviceBlock block = space[_integers];
        Queue.Upload(block.Handle, 0, Queue.Staging(bytes), bytes);
        _pending = true;
        (_uploaded, _version) = (batch, batch.Version);
    }

    /// <summary>
    /// Says that work is about to be started. A queue takes all of a pass at once and gives nothing back, so that a
    /// call which can be cancelled waits now and then, for not more than <see cref="GpuDriver.WorkBetweenLooks"/>.
    /// </summary>
    /// <param name="operations">Floating-point operations.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public void Expect(double operations)
    {
        if (!CallCancellation.Token.CanBeCanceled)
            return;
        if (_started + operations > driver.WorkBetweenLooks && _started > 0 && _tokens > MaxTokensOfGraph)
        {
            Queue.Finish();
            _started = 0;
        }
        _started += operations;
        CallCancellation.Token.ThrowIfCancellationRequested();
    }

    /// <summary>How many of some blocks of attention may be started together.</summary>
    /// <param name="operations">Floating-point operations of all of them.</param>
    /// <param name="blocks">How many there are.</param>
    public int BlocksAtOnce(double operations, int blocks) => CallCancellation.Token.CanBeCanceled
        ? (int)Math.Clamp(blocks / Math.Max(operations / driver.WorkBetweenLooks, 1), 1, blocks) : blocks;

    /// <summary>All work is done: memory of this process may be written again.</summary>
    public void Finished() => _pending = false;

    public override void Dispose()
    {
        Queue.Dispose();
        Free(ref _memory);
        Free(ref _narrow);
        Free(ref _integers);
    }

    protected override void Allocate(long bytes)
    {
        if (_pending)
        {
            Queue.Finish();
            _pending = false;
        }
        Free(ref _memory);
        Free(ref _narrow);
        _memory = Allocate(driver, space, bytes, this);
        if (!hasNarrow)
            return;
        try
        {
            _narrow = Allocate(driver, space, bytes / 2, this);
        }
        catch
        {
            // Half of it would be taken for enough the next time.
            Free(ref _memory);
            throw;
        }
    }

    protected override nint Address(long offset) => _memory + (nint)offset;

    /// <summary>Allocates a block and gives it addresses.</summary>
    public static nint Allocate(GpuDriver driver, AddressSpace space, long bytes, GpuWorkspace? owner)
    {
        if (bytes > driver.LargestBlock)
        {
            throw DeviceException.OutOfMemory(
                driver.Name,
                FormattableString.Invariant($"{bytes >> 20} MiB are needed in one piece; the device gives at most ")
                + FormattableString.Invariant($"{driver.LargestBlock >> 20} MiB."), bytes);
        }
        return space.Add(new DeviceBlock(driver.Allocate(bytes), bytes, owner));
    }

    private static nint Put(ReadOnlySpan<int> values, ref Span<int> to, ref nint address)
    {
        values.CopyTo(to);
        to = to[values.Length..];
        nint first = address;
        address += values.Length * sizeof(int);
        return first;
    }

    private void Free(ref nint address)
    {
        if (address == 0)
            return;
        driver.Free(space[address].Handle);
        space.Remove(address);
        address = 0;
    }
}
