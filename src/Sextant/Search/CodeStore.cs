using System.Buffers.Binary;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Codes in memory, in the tiles of eight that the Hamming kernels read.</summary>
/// <remarks>Tiles lie in blocks of about 4 MiB, so that growing never copies a code. Reading is thread-safe.</remarks>
internal sealed unsafe class CodeStore(int bytes) : TileSource, IDisposable
{
    private const int BlockBytes = 4 << 20;
    private const int TileCodes = HammingArguments.TileCodes;

    private readonly List<NativeBlock> _blocks = [];

    private int _count;

    public override int Words { get; } = Math.Max(1, (bytes + 7) / 8);

    public override int Count => _count;

    public override int Tiles => (int)(((long)Count + TileCodes - 1) / TileCodes);

    private int TileBytes => Words * TileCodes * sizeof(ulong);

    private int BlockTiles => Math.Max(1, BlockBytes / TileBytes);

    public void Add(ReadOnlySpan<byte> codes)
    {
        for (; !codes.IsEmpty; codes = codes[bytes..])
        {
            (int tile, int lane) = (Count / TileCodes, Count % TileCodes);
            if (tile / BlockTiles == _blocks.Count)
                _blocks.Add(new NativeBlock((long)BlockTiles * TileBytes));
            ulong* words = Address(tile, out _);
            if (lane == 0)
                new Span<byte>(words, TileBytes).Clear(); // the kernels also read the codes that are not there yet
            for (int word = 0; word < Words; word++)
                words[(word * TileCodes) + lane] = Word(codes[..bytes], word);
            _count++;
        }
    }

    /// <summary>The code with an id.</summary>
    public void CopyTo(int id, Span<byte> code)
    {
        var words = (byte*)(Address(id / TileCodes, out _) + (id % TileCodes));
        for (int i = 0; i < bytes; i++)
            code[i] = words[(i / sizeof(ulong) * TileCodes * sizeof(ulong)) + (i % sizeof(ulong))];
    }

    public void Clear() => _count = 0;

    /// <summary>Spreads a code over whole words.</summary>
    public static void Widen(ReadOnlySpan<byte> code, ulong* words, int count)
    {
        for (int word = 0; word < count; word++)
            words[word] = Word(code, word);
    }

    public override ulong* Tile(int tile, out int inARow, out int firstId, out int codes)
    {
        ulong* address = Address(tile, out inARow);
        firstId = tile * TileCodes;
        codes = (int)Math.Min((long)inARow * TileCodes, Count - firstId);
        return address;
    }

    public void Dispose()
    {
        foreach (NativeBlock block in _blocks)
            block.Dispose();
        _blocks.Clear();
        _count = 0;
    }

    private ulong* Address(int tile, out int inARow)
    {
        int position = tile % BlockTiles;
        inARow = BlockTiles - position;
        return (ulong*)(_blocks[tile / BlockTiles].Pointer + ((long)position * TileBytes));
    }

    /// <summary>A word of a code, with zeros after its end.</summary>
    public static ulong Word(ReadOnlySpan<byte> code, int word)
    {
        ReadOnlySpan<byte> rest = code[Math.Min(code.Length, word * sizeof(ulong))..];
        if (rest.Length >= sizeof(ulong))
            return BinaryPrimitives.ReadUInt64LittleEndian(rest);
        ulong value = 0;
        for (int i = 0; i < rest.Length; i++)
            value |= (ulong)rest[i] << (8 * i);
        return value;
    }
}
