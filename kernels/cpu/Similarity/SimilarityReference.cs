using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Similarity;

/// <summary>The specification of a query's measure with stored rows: each element widened exactly, 32 lanes.</summary>
internal static unsafe class SimilarityReference
{
    public static void Run(in SimilarityArguments a)
    {
        a.AssertValid();
        for (int query = 0; query < a.QueryCount; query++)
            Run(a, a.Query + (query * a.QueryStride), a.Scores + (query * a.Count));
    }

    private static void Run(in SimilarityArguments a, float* query, float* scores)
    {
        Span<float> lanes = stackalloc float[SumReference.Lanes];
        int padded = (a.N + SumReference.Lanes - 1) / SumReference.Lanes * SumReference.Lanes;
        for (nint row = 0; row < a.Count; row++)
        {
            lanes.Clear();
            for (int i = 0; i < padded; i++)
            {
                float x = i < a.N ? Element(a, row * a.N + i) : 0f, q = i < a.N ? query[i] : 0f;
                ref float lane = ref lanes[i % SumReference.Lanes];
                if (a.Measure == Measure.Dot)
                {
                    lane = MathF.FusedMultiplyAdd(q, x, lane);
                    continue;
                }
                float scale = i < a.N && a.Scales != null ? a.Scales[i] : 0f;
                float d = a.Scales == null ? q - x : MathF.FusedMultiplyAdd(-scale, x, q);
                lane = MathF.FusedMultiplyAdd(d, d, lane);
            }
            scores[row] = SumReference.Fold(lanes);
        }
    }

    private static float Element(in SimilarityArguments a, nint place) => a.Type switch
    {
        RowType.F32 => ((float*)a.Rows)[place],
        RowType.F16 => (float)((Half*)a.Rows)[place],
        RowType.BF16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)a.Rows)[place] << 16),
        _ => ((sbyte*)a.Rows)[place],
    };
}
