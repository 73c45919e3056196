using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.SignDot;

namespace Sextant.Search;

/// <summary>
/// A float query against binary codes in tiles: the dot product with signs, over the root of the length.
/// </summary>
/// <remarks>The score is that of a vector whose values all have the same magnitude and whose length is one.</remarks>
internal readonly unsafe struct SignScorer
{
    private readonly Kernel<SignDotArguments> _kernel;
    private readonly float* _query;
    private readonly int _words;
    private readonly float _scale;

    /// <param name="query">[dimensions].</param>
    /// <param name="codec">Of the binary codes.</param>
    /// <param name="memory">[dimensions rounded up to 64], for the scorer's use as long as it lives.</param>
    public SignScorer(ReadOnlySpan<float> query, RowCodec codec, float* memory)
    {
        _kernel = KernelSet.Chosen.SignDot.Run;
        _words = Math.Max(1, (BinaryCode.Bytes(query.Length) + 7) / 8);
        _query = memory;
        _scale = 1f / MathF.Sqrt(query.Length);
        codec.Scale(query, memory);
        // Dimension 8b + 7 − j is bit j of byte b.
        Span<float> eight = stackalloc float[8];
        for (int first = 0; first < 64 * _words; first += 8)
        {
            for (int i = 0; i < 8; i++)
                eight[7 - i] = first + i < query.Length ? memory[first + i] : 0f;
            eight.CopyTo(new Span<float>(memory + first, 8));
        }
    }

    /// <summary>The score of one code.</summary>
    public float Score(ulong* tiles, int code)
    {
        const int TileCodes = HammingArguments.TileCodes;
        float* scores = stackalloc float[TileCodes];
        _kernel(new SignDotArguments
        {
            Query = _query,
            Tiles = tiles + ((long)(code / TileCodes) * _words * TileCodes),
            TileCount = 1,
            Words = _words,
            Scores = scores,
        });
        return scores[code % TileCodes] * _scale;
    }
}
