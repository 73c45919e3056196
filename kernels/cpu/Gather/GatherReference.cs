using Sextant.Kernels.Gemm;

namespace Sextant.Kernels.Gather;

/// <summary>The specification of the embedding sum.</summary>
internal static unsafe class GatherReference
{
    public static void Run(in GatherArguments a)
    {
        a.AssertValid();
        for (int t = 0; t < a.Rows; t++)
        {
            for (int i = 0; i < a.Columns; i++)
            {
                float word = GemmReference.Widen(a.Words, a.WordType, (nint)a.Ids[t] * a.Columns + i);
                if (a.WordScales != null)
                    word *= a.WordScales[a.Ids[t]];
                float sum = word * a.Scale;
                if (a.Types != null)
                    sum += a.Types[(nint)a.TypeIds[t] * a.Columns + i];
                if (a.PositionTable != null)
                    sum += a.PositionTable[(nint)a.Positions[t] * a.Columns + i];
                a.Y[(nint)t * a.Columns + i] = sum;
            }
        }
    }
}
