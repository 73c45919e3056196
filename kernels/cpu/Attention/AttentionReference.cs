using Sextant.Kernels.Elementary;
using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Attention;

/// <summary>The specification of attention.</summary>
internal static unsafe class AttentionReference
{
    public static void Run(in AttentionArguments a)
    {
        var scores = new Span<float>(a.Scratch, a.Tokens);
        for (int i = 0; i < a.Tokens; i++)
        {
            float* q = a.Q + i * a.Stride;
            for (int j = 0; j < a.Tokens; j++)
            {
                float* k = a.K + j * a.Stride;
                float score = 0f;
                for (int d = 0; d < a.HeadSize; d++)
                    score = MathF.FusedMultiplyAdd(q[d], k[d], score);
                scores[j] = score;
            }
            float largest = SumReference.Max(scores) * a.Scale;
            for (int j = 0; j < a.Tokens; j++)
                scores[j] = ElementaryReference.Exp(MathF.FusedMultiplyAdd(scores[j], a.Scale, -largest));
            float inverse = 1f / SumReference.Sum(scores);
            for (int d = 0; d < a.HeadSize; d++)
            {
                float sum = 0f;
                for (int j = 0; j < a.Tokens; j++)
                    sum = MathF.FusedMultiplyAdd(scores[j], a.V[j * a.Stride + d], sum);
                a.Y[i * a.YStride + d] = sum * inverse;
            }
        }
    }
}
