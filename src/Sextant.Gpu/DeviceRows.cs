using System.Runtime.InteropServices;
using Sextant.Kernels.Similarity;
using Sextant.Search;

namespace Sextant.Gpu;

/// <summary>
/// Rows of numbers in a device's memory that a query is scored against: the sums of <see cref="RowScorer"/>, bit by
/// bit.
/// </summary>
/// <remarks>
/// Rows lie as kernels/gpu/Scores.h says, in blocks of memory of up to a gibibyte. A search reads a score of 4 bytes
/// for each row back. Not thread-safe; its index locks. In steady state a search allocates nothing.
/// </remarks>
internal sealed unsafe class DeviceRows : IDisposable
{
    // Of kernels/gpu/Scores.h.
    private const int RowsOfGroup = 4;
    private const int Lanes = 32;
    private const int Together = 4;
    private const int Block = Lanes * Together;

    private const long MaxBlockBytes = 1 << 30;
    private const long StagedBytes = 1 << 20;

    private readonly GpuDriver _driver;
    private readonly AddressSpace _space = new();
    private readonly GpuQueue _queue;
    private readonly RowCodec _codec;
    private readonly List<nint> _blocks = [];
    private readonly int _elementSize;
    private readonly int _rowsOfBlock;
    private readonly float[] _scores;
    private readonly nint _work;
    private int _count;

    /// <summary>Makes room for rows.</summary>
    /// <param name="driver">Where; it is held until this is disposed.</param>
    /// <param name="codec">What rows are.</param>
    /// <param name="capacity">How many there will be.</param>
    /// <param name="blockBytes">Most bytes of a block of memory.</param>
    /// <exception cref="DeviceException">The device's memory is too small.</exception>
    public DeviceRows(GpuDriver driver, RowCodec codec, int capacity, long blockBytes = MaxBlockBytes)
    {
        (_driver, _codec, _scores) = (driver.Hold(), codec, new float[capacity]);
        _elementSize = codec.RowBytes / codec.Dimensions;
        _rowsOfBlock = (int)Math.Clamp(Math.Min(blockBytes, driver.LargestBlock) / RowBytes, 1, int.MaxValue);
        try
        {
            _queue = driver.CreateQueue();
            _work = GpuWorkspace.Allocate(driver, _space, ScoresAt + ((long)Math.Min(_rowsOfBlock, capacity) * sizeof(float)), null);
            for (int first = 0; first < capacity; first += Math.Min(_rowsOfBlock, capacity - first))
            {
                _blocks.Add(GpuWorkspace.Allocate(
                    driver, _space, Math.Min(_rowsOfBlock, capacity - first) * RowBytes, null));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    // Elements of a row with what fills it up.
    private int Stride => (_codec.Dimensions + Block - 1) / Block * Block;

    private long RowBytes => (long)Stride * _elementSize;

    // Working memory: the query, its scales, the scores of a block.
    private nint ScalesAt => Stride * sizeof(float);

    private nint ScoresAt => 2 * ScalesAt;

    /// <summary>Adds whole rows, as the codec encodes them, one after the other.</summary>
    public void Add(ReadOnlySpan<byte> rows)
    {
        int staged = (int)Math.Max(1, StagedBytes / RowBytes);
        for (int row = 0, all = rows.Length / _codec.RowBytes; row < all;)
        {
            int place = _count % _rowsOfBlock;
            int taken = Math.Min(Math.Min(staged, all - row), _rowsOfBlock - place);
            long bytes = taken * RowBytes;
            byte* staging = _queue.Staging(bytes);
            for (int i = 0; i < taken; i++)
            {
                ReadOnlySpan<byte> from = rows.Slice((row + i) * _codec.RowBytes, _codec.RowBytes);
                var to = new Span<byte>(staging + (i * RowBytes), (int)RowBytes);
                switch (_elementSize)
                {
                    case 1:
                        Spread(from, to);
                        break;
                    case 2:
                        Spread(MemoryMarshal.Cast<byte, ushort>(from), MemoryMarshal.Cast<byte, ushort>(to));
                        break;
                    default:
                        Spread(MemoryMarshal.Cast<byte, float>(from), MemoryMarshal.Cast<byte, float>(to));
                        break;
                }
            }
            _queue.Upload(_space[_blocks[_count / _rowsOfBlock]].Handle, place * RowBytes, staging, bytes);
            _queue.Finish();
            (row, _count) = (row + taken, _count + taken);
        }
    }

    /// <summary>Scores all rows.</summary>
    /// <param name="scorer">A query of the codec's.</param>
    /// <returns>[rows], valid until the next call.</returns>
    public ReadOnlySpan<float> Score(scoped in RowScorer scorer)
    {
        byte* staging = _queue.Staging(ScoresAt);
        var query = new Span<float>(staging, Stride);
        var scales = new Span<float>(staging + ScalesAt, Stride);
        Spread(new ReadOnlySpan<float>(scorer.Query, _codec.Dimensions), query);
        if (scorer.Scales != null)
            Spread(new ReadOnlySpan<float>(scorer.Scales, _codec.Dimensions), scales);
        else
            scales.Fill(1f); // q − x is fma(−1, x, q)
        _queue.Upload(_space[_work].Handle, 0, staging, ScoresAt);
        fixed (float* scores = _scores)
        {
            for (int block = 0, first = 0; first < _count; block++, first += _rowsOfBlock)
            {
                int rows = Math.Min(_rowsOfBlock, _count - first);
                var launch = new KernelLaunch(KernelOf(scorer.Type), (rows + RowsOfGroup - 1) / RowsOfGroup);
                launch.Add(_space, _blocks[block], _elementSize);
                launch.Add(rows);
                launch.Add(_codec.Dimensions);
                launch.Add(_space, _work, sizeof(float));
                launch.Add(_space, _work + ScalesAt, sizeof(float));
                launch.Add(scorer.IsDistance);
                launch.Add(_space, _work + ScoresAt, sizeof(float));
                _queue.Launch(ref launch);
                _queue.Download(_space[_work].Handle, ScoresAt, scores + first, (long)rows * sizeof(float));
            }
            scorer.Finish(scores, _count, scorer.Bias);
        }
        return _scores.AsSpan(0, _count);
    }

    public void Dispose()
    {
        _queue?.Dispose();
        foreach (nint block in _blocks)
            Free(block);
        if (_work != 0)
            Free(_work);
        _driver.Release();
    }

    private void Free(nint block)
    {
        _driver.Free(_space[block].Handle);
        _space.Remove(block);
    }

    private static GpuKernel KernelOf(RowType type) => type switch
    {
        RowType.F16 => GpuKernel.ScoreRowsF16,
        RowType.BF16 => GpuKernel.ScoreRowsBF16,
        RowType.I8 => GpuKernel.ScoreRowsI8,
        _ => GpuKernel.ScoreRowsF32,
    };

    // An item's four elements next to each other, zeros after the last.
    private static void Spread<T>(ReadOnlySpan<T> from, Span<T> to)
        where T : unmanaged
    {
        to.Clear();
        for (int i = 0; i < from.Length; i++)
            to[(i & -Block) + (i % Lanes * Together) + (i % Block / Lanes)] = from[i];
    }
}
