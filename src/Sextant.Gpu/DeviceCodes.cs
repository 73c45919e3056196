using System.Globalization;
using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Gpu;

/// <summary>
/// Binary codes in a device's memory, in tiles of 256 and blocks of tiles: growing never copies one. Within a tile the
/// first words of all codes come first, then the second words: neighbours in a group read neighbours in memory.
/// </summary>
/// <remarks>
/// A block is as large as all before it together, up to a gibibyte: a scan is a kernel for each block, and a GPU reads
/// 64 MiB in the time of a few starts. At most half of the memory is unused.
/// </remarks>
/// <remarks>Not thread-safe; its index locks.</remarks>
internal sealed unsafe class DeviceCodes(
    GpuDriver driver, AddressSpace space, GpuQueue queue, int bits, long blockBytes) : IDisposable
{
    /// <summary>Codes of a tile: the items of a group.</summary>
    public const int TileCodes = 256;

    /// <summary>Bytes of the first two blocks.</summary>
    public const long BlockBytes = 64 << 20;

    private const long MaxBlockBytes = 1 << 30;

    private readonly List<CodeBlock> _blocks = [];
    private readonly ulong[] _tile = new ulong[(bits + 63) / 64 * TileCodes];
    private readonly int _firstTiles = TilesOf(Math.Min(blockBytes, driver.LargestBlock), bits);
    private readonly int _maxTiles = TilesOf(Math.Min(MaxBlockBytes, driver.LargestBlock), bits);

    /// <summary>Words of 64 bits of a code.</summary>
    public int Words => (bits + 63) / 64;

    /// <summary>Bytes of a code.</summary>
    public int Bytes => BinaryCode.Bytes(bits);

    public int Count { get; private set; }

    public int Tiles => (int)(((long)Count + TileCodes - 1) / TileCodes);

    public int Blocks => _blocks.Count;

    private long TileBytes => (long)Words * TileCodes * sizeof(ulong);

    /// <summary>Where a block begins, its first code's id, and how many codes are in it.</summary>
    public (nint Address, int FirstId, int Codes) Block(int block)
    {
        CodeBlock one = _blocks[block];
        int firstId = one.FirstTile * TileCodes;
        return (one.Address, firstId, (int)Math.Min(Count - (long)firstId, (long)one.Tiles * TileCodes));
    }

    /// <summary>Adds whole codes, which <see cref="Require"/> accepts.</summary>
    public void Add(ReadOnlySpan<byte> codes)
    {
        while (!codes.IsEmpty)
        {
            int lane = Count % TileCodes;
            int taken = Math.Min(TileCodes - lane, codes.Length / Bytes);
            if (lane == 0)
                Array.Clear(_tile);
            for (int i = 0; i < taken; i++)
            {
                for (int word = 0; word < Words; word++)
                    _tile[(word * TileCodes) + lane + i] = CodeStore.Word(codes.Slice(i * Bytes, Bytes), word);
            }
            UploadTile(Count / TileCodes);
            Count += taken;
            codes = codes[(taken * Bytes)..];
        }
    }

    /// <summary>Refuses what is no row of whole codes of this length.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public void Require(ReadOnlySpan<byte> codes, string name)
    {
        if (codes.Length % Bytes != 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{codes.Length} bytes are not whole codes of {Bytes}."),
                name);
        }
        int unused = (8 * Bytes) - bits;
        for (int last = Bytes - 1; last < codes.Length && unused > 0; last += Bytes)
        {
            if ((codes[last] & ((1 << unused) - 1)) != 0)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture, $"code {last / Bytes} has bits set after its {bits}."), name);
            }
        }
    }

    public void Dispose()
    {
        foreach (CodeBlock block in _blocks)
        {
            driver.Free(space[block.Address].Handle);
            space.Remove(block.Address);
        }
        _blocks.Clear();
    }

    private static int TilesOf(long bytes, int bits) =>
        (int)Math.Clamp(bytes / ((bits + 63L) / 64 * TileCodes * sizeof(ulong)), 1, 1 << 20);

    private void UploadTile(int tile)
    {
        if (_blocks.Count == 0 || tile == _blocks[^1].FirstTile + _blocks[^1].Tiles)
            AddBlock(tile);
        CodeBlock block = _blocks[^1];
        byte* staging = queue.Staging(TileBytes);
        fixed (ulong* from = _tile)
            Buffer.MemoryCopy(from, staging, TileBytes, TileBytes);
        queue.Upload(space[block.Address].Handle, (tile - block.FirstTile) * TileBytes, staging, TileBytes);
        queue.Finish();
    }

    // Where there is no memory for one that large, a smaller one.
    private void AddBlock(int tile)
    {
        int tiles = Math.Max(_firstTiles, Math.Min(tile, _maxTiles));
        while (true)
        {
            try
            {
                _blocks.Add(new CodeBlock(GpuWorkspace.Allocate(driver, space, tiles * TileBytes, null), tile, tiles));
                return;
            }
            catch (DeviceException problem) when (problem.Kind == DeviceErrorKind.OutOfMemory && tiles > _firstTiles)
            {
                tiles = Math.Max(_firstTiles, tiles / 2);
            }
        }
    }

    private readonly record struct CodeBlock(nint Address, int FirstTile, int Tiles);
}
