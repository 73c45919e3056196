using System.Runtime.CompilerServices;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Gather;

// Embedding sum.   Bound: memory; the rows of the word table are scattered.

internal static unsafe class GatherF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static void Run(in GatherArguments a)
    {
        a.AssertValid();
        switch (a.WordType)
        {
            case StoredType.F16: Run<StoredF16>(a); break;
            case StoredType.BF16: Run<StoredBF16>(a); break;
            case StoredType.I8: Run<StoredI8>(a); break;
            default: Run<StoredF32>(a); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TStored>(in GatherArguments a)
        where TStored : struct, IStored
    {
        int n = a.Columns;
        TVector scale = TIsa.Broadcast(a.Scale);
        for (int t = 0; t < a.Rows; t++)
        {
            byte* word = a.Words + (nint)a.Ids[t] * n * TStored.Size;
            float* type = a.Types == null ? null : a.Types + (nint)a.TypeIds[t] * n;
            float* position = a.PositionTable == null ? null : a.PositionTable + (nint)a.Positions[t] * n;
            float* y = a.Y + (nint)t * n;
            float rowScale = a.WordScales == null ? 1f : a.WordScales[a.Ids[t]];
            TVector rowScales = TIsa.Broadcast(rowScale);
            int i = 0;
            for (; i <= n - TIsa.Count; i += TIsa.Count)
            {
                TVector sum = TStored.Load<TIsa, TVector>(word + i * TStored.Size, 0);
                if (a.WordScales != null)
                    sum = TIsa.Multiply(sum, rowScales);
                sum = TIsa.Multiply(sum, scale);
                if (type != null)
                    sum = TIsa.Add(sum, TIsa.Load(type + i));
                if (position != null)
                    sum = TIsa.Add(sum, TIsa.Load(position + i));
                TIsa.Store(y + i, sum);
            }
            for (; i < n; i++)
            {
                float sum = GemmReference.Widen(word, a.WordType, i) * rowScale * a.Scale;
                if (type != null)
                    sum += type[i];
                if (position != null)
                    sum += position[i];
                y[i] = sum;
            }
        }
    }
}
