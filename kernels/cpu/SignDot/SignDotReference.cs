using Sextant.Kernels.Sum;

namespace Sextant.Kernels.SignDot;

/// <summary>The specification of a float query's dot product with signs: a row sum in 32 lanes.</summary>
internal static unsafe class SignDotReference
{
    public static void Run(in SignDotArguments a)
    {
        a.AssertValid();
        Span<float> lanes = stackalloc float[SumReference.Lanes];
        for (nint code = 0; code < a.TileCount * 8; code++)
        {
            ulong* word = a.Tiles + ((code / 8 * a.Words * 8) + (code % 8));
            lanes.Clear();
            for (int i = 0; i < 64 * a.Words; i++)
            {
                bool isSet = ((word[i / 64 * 8] >> (i % 64)) & 1) != 0;
                lanes[i % SumReference.Lanes] += isSet ? a.Query[i] : -a.Query[i];
            }
            a.Scores[code] = SumReference.Fold(lanes);
        }
    }
}
