using Sextant.Kernels.Elementary;
using Sextant.Kernels.GemmBFloat16;
using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Attention;

/// <summary>The specification of attention, in f32 and of bfloat16 numbers.</summary>
internal static unsafe class AttentionReference
{
    public static void Run(in AttentionArguments a) => Run(a, isNarrow: false);

    /// <summary>Queries, keys, values and probabilities are narrowed before they are multiplied by each other.</summary>
    public static void RunNarrow(in AttentionArguments a) => Run(a, isNarrow: true);

    private static void Run(in AttentionArguments a, bool isNarrow)
    {
        a.AssertValid();
        bool masked = a.Before != AttentionArguments.Everything || a.After != AttentionArguments.Everything;
        for (int i = 0; i < a.Tokens; i++)
        {
            int first = a.FirstKey(i);
            int end = a.EndKey(i);
            var scores = new Span<float>(a.Scratch, end - first);
            float scale = Score(a, i, first, scores, isNarrow);
            float largest = SumReference.Max(scores) * scale;
            for (int j = 0; j < scores.Length; j++)
                scores[j] = ElementaryReference.Exp(MathF.FusedMultiplyAdd(scores[j], scale, -largest));
            float inverse = 1f / SumReference.Sum(scores);
            for (int d = 0; d < a.HeadSize; d++)
            {
                float sum = 0f;
                for (int j = first; j < end; j++)
                    sum = FusedMultiplyAdd(scores[j - first], a.V[j * a.Stride + d], sum, isNarrow);
                a.Y[i * a.YStride + d] = (masked ? sum + 0f : sum) * inverse;
            }
        }
    }

    // The scores of query i, and what they must still be scaled by.
    private static float Score(in AttentionArguments a, int i, int first, Span<float> scores, bool isNarrow)
    {
        float* q = a.Q + i * a.Stride;
        for (int j = first; j < first + scores.Length; j++)
        {
            float* k = a.K + j * a.Stride;
            float score = 0f;
            for (int d = 0; d < a.HeadSize; d++)
                score = FusedMultiplyAdd(q[d], k[d], score, isNarrow);
            if (a.PositionKeys != null)
            {
                int row = (int)a.PositionRows[a.PlaceOf(j - i)];
                float content = 0f;
                float position = 0f;
                for (int d = 0; d < a.HeadSize; d++)
                    content = MathF.FusedMultiplyAdd(q[d], a.PositionKeys[(nint)d * a.Positions + row], content);
                for (int d = 0; d < a.HeadSize; d++)
                    position = MathF.FusedMultiplyAdd(k[d], a.PositionQueries[(nint)d * a.Positions + row], position);
                score = score + content + position;
            }
            if (a.Softcap != 0f)
                score = a.Softcap * ElementaryReference.Tanh(score * (a.Scale / a.Softcap));
            else if (a.Bias != null)
                score = MathF.FusedMultiplyAdd(score, a.Scale, a.Bias[a.PlaceOf(j - i)]);
            scores[j - first] = score;
        }
        return a.Softcap != 0f || a.Bias != null ? 1f : a.Scale;
    }

    private static float FusedMultiplyAdd(float x, float y, float sum, bool isNarrow) => isNarrow
        ? MathF.FusedMultiplyAdd(NarrowReference.Narrow(x), NarrowReference.Narrow(y), sum)
        : MathF.FusedMultiplyAdd(x, y, sum);
}
