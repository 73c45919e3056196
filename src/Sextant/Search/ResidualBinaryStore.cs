using System.Runtime.InteropServices;
using Sextant.Codes;

namespace Sextant.Search;

/// <summary>Residual binary codes in memory, with the lengths of what they stand for.</summary>
internal sealed unsafe class ResidualBinaryStore : ResidualBinarySource, IDisposable
{
    private readonly ResidualBinaryCode _code;
    private readonly CodeStore[] _levels;
    private float[] _lengths = GC.AllocateUninitializedArray<float>(1024, pinned: true); // read by its address

    public ResidualBinaryStore(ResidualBinaryCode code)
    {
        _code = code;
        _levels = new CodeStore[code.Levels];
        for (int i = 0; i < _levels.Length; i++)
            _levels[i] = new CodeStore(code.LevelBytes);
    }

    public int Count => _levels[0].Count;

    public void Add(ReadOnlySpan<byte> code, float length)
    {
        if (Count == _lengths.Length)
        {
            float[] more = GC.AllocateUninitializedArray<float>(
                (int)Math.Min(Array.MaxLength, 2L * _lengths.Length), pinned: true);
            _lengths.CopyTo(more, 0);
            _lengths = more;
        }
        _lengths[Count] = length;
        for (int level = 0; level < _levels.Length; level++)
            _levels[level].Add(code.Slice(level * _code.LevelBytes, _code.LevelBytes));
    }

    public override TileSource Level(int level) => _levels[level];

    public override float* Lengths(int tile, int codes)
    {
        _levels[0].Tile(tile, out _, out int firstId, out _);
        return (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_lengths, firstId);
    }

    public void Dispose()
    {
        foreach (CodeStore level in _levels)
            level.Dispose();
    }
}
