// y [T,H] = (words[id]·scale + types[type id]) + positions[position]; one item for each element.   Bound: memory.
// Layout    tables row-major; words stored f32, f16 or bf16 and widened exactly.
// Groups    256 items; elements are counted by 64 bits.
// Order     as written: product, then the two sums.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct GatherArguments<TOne> : IKernelArguments<GatherArguments<TOne>>
    where TOne : unmanaged
{
    public ArrayView<int> Ids, TypeIds, Positions;
    public int Rows, Columns;
    public ArrayView<TOne> Words;
    public float Scale;
    public ArrayView<float> Types;
    public int HasTypes;
    public ArrayView<float> PositionTable;
    public int HasPositions;
    public ArrayView<float> Y;
    public long YStride;

    public static GatherArguments<TOne> Read(ref ArgumentReader from) => new()
    {
        Ids = from.View<int>(),
        TypeIds = from.View<int>(),
        Positions = from.View<int>(),
        Rows = from.Int(),
        Columns = from.Int(),
        Words = from.View<TOne>(),
        Scale = from.Float(),
        Types = from.View<float>(),
        HasTypes = from.Int(),
        PositionTable = from.View<float>(),
        HasPositions = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal static class Gather
{
    public static void Rows<TOne, TFour, TStored>(GatherArguments<TOne> a)
        where TOne : unmanaged
        where TFour : unmanaged
        where TStored : unmanaged, IStored<TOne, TFour>
    {
        long element = ((long)Grid.IdxX * 256) + Group.IdxX;
        if (element >= (long)a.Rows * a.Columns)
            return;
        long row = element / a.Columns;
        long column = element % a.Columns;
        float word = default(TStored).Widen(a.Words[((long)a.Ids[row] * a.Columns) + column]);
        float sum = Exact.Mul(word, a.Scale);
        if (a.HasTypes != 0)
            sum = Exact.Add(sum, a.Types[((long)a.TypeIds[row] * a.Columns) + column]);
        if (a.HasPositions != 0)
            sum = Exact.Add(sum, a.PositionTable[((long)a.Positions[row] * a.Columns) + column]);
        a.Y[(row * a.YStride) + column] = sum;
    }
}
