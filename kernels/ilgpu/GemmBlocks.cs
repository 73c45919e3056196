// GEMM, f32, for OpenCL devices that are processors.
//           y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]
// Layout    x: row-major.  w: panels of 16 outputs, [F/16][K][16]: one vector for each k.
// Items     one for each 32 rows × 48 outputs, alone in its group; it works through 8 rows at a time. Neighbours in the
//           grid have the same outputs, so that their weights are in the cache.
// Order     k ascending, one chain for each output.
// Aliasing  y may be the residual: a vector is read, then written.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

/// <summary>How weights are stored, sixteen at a time.</summary>
internal interface IStoredVector<TOne>
{
    int Load(ref TOne from);
}

internal struct VectorF32 : IStoredVector<float>
{
    public readonly int Load(ref float from) => Vec.Load(ref from);
}

internal struct VectorF16 : IStoredVector<ushort>
{
    public readonly int Load(ref ushort from) => Vec.LoadF16(ref from);
}

internal struct VectorBF16 : IStoredVector<ushort>
{
    public readonly int Load(ref ushort from) => Vec.LoadBF16(ref from);
}

internal static partial class GemmBlocks
{
    private const int BlockRows = 32;
    private const int Value = 27;

    public static void Block<TOne, TStored>(GemmArguments<TOne, TOne> a)
        where TOne : unmanaged
        where TStored : unmanaged, IStoredVector<TOne>
    {
        int rowBlocks = (a.Rows + BlockRows - 1) / BlockRows;
        int row = Grid.IdxX % rowBlocks * BlockRows;
        int end = row + BlockRows < a.Rows ? row + BlockRows : a.Rows;
        int panel = Grid.IdxX / rowBlocks * 3;
        int last = ((a.Outputs + 15) / 16) - 1;
        // Where fewer panels are left, the last one stands in for those that are not there, and is written once.
        long w0 = (long)panel * a.Inputs * 16;
        long w1 = (long)(panel + 1 < last ? panel + 1 : last) * a.Inputs * 16;
        long w2 = (long)(panel + 2 < last ? panel + 2 : last) * a.Inputs * 16;
        while (row < end)
        {
            int left = end - row;
            int count = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            if (count == 8)
                Sum8<TOne, TStored>(a, row, w0, w1, w2);
            else if (count == 4)
                Sum4<TOne, TStored>(a, row, w0, w1, w2);
            else if (count == 2)
                Sum2<TOne, TStored>(a, row, w0, w1, w2);
            else
                Sum1<TOne, TStored>(a, row, w0, w1, w2);
            // Through memory, so that one copy of the activations serves all sums.
            for (int i = 0; i < 3 * count; i++)
                Finish(a, row + (i / 3), 16 * (panel + (i % 3)), i);
            row += count;
        }
    }

    private static void Finish<TOne>(GemmArguments<TOne, TOne> a, int row, int first, int slot)
        where TOne : unmanaged
    {
        if (first >= a.Outputs)
            return;
        int count = a.Outputs - first;
        Vec.Set(Value, Vec.Kept(slot));
        if (a.HasBias != 0)
            Vec.Set(Value, Vec.Add(Value, Vec.Load(ref a.Bias[first]))); // memory comes in whole vectors
        VecElementary.Activate(a.Activation, Value);
        long y = (row * a.YStride) + first;
        long other = (row * a.ResidualStride) + first;
        if (count >= 16)
        {
            if (a.HasResidual != 0)
                Vec.Set(Value, Vec.Add(Value, Vec.Load(ref a.Residual[other])));
            Vec.Store(Value, ref a.Y[y]);
            return;
        }
        if (a.HasResidual != 0)
            Vec.Set(Value, Vec.Add(Value, Vec.LoadPart(ref a.Residual[other], count)));
        Vec.StorePart(Value, ref a.Y[y], count);
    }
}
