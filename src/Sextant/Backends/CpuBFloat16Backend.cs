using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>
/// The ops on this machine's processor with products of bfloat16 numbers, summed in f32 in the order of exact mode: the
/// same bits on every instruction set. What lies between the products is f32, by the exact kernels.
/// </summary>
internal sealed unsafe class CpuBFloat16Backend(KernelSet kernels, ThreadTeam team, bool ownsTeam)
    : CpuBackend(kernels, team, ownsTeam)
{
    private readonly KernelSet _kernels = kernels;

    protected override Kernel<GemmArguments> Product => _kernels.GemmBFloat16.Run;

    public override long SizeOfMatrix(IRowSource rows) => CpuWeights.SizeOfMatrix(new NarrowedRows(rows));

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias)
    {
        var matrix = (CpuMatrix)Weights.LoadMatrix(new NarrowedRows(rows), bias);
        return _kernels.PairsBFloat16 && matrix.Inputs % 2 == 0 ? new CpuMatrix(matrix.Packed.Paired()) : matrix;
    }

    public override Table LoadTable(IRowSource rows, bool keep16) =>
        keep16 ? base.LoadTable(new NarrowedRows(rows), keep16: true) : base.LoadTable(rows, keep16: false);

    protected override int ScratchColumns(ScratchNeeds needs) => (Math.Max(
        base.ScratchColumns(needs), GemmArguments.NarrowScratchLength(needs.LargestInputs)) + 15) & ~15;

    /// <summary>The rows of another source as bfloat16 numbers.</summary>
    private sealed class NarrowedRows(IRowSource source) : IRowSource
    {
        public int Rows => source.Rows;

        public int Columns => source.Columns;

        public ElementType Type => ElementType.BF16;

        public void Read(int firstRow, Span<float> destination)
        {
            source.Read(firstRow, destination);
            for (int i = 0; i < destination.Length; i++)
                destination[i] = BFloat16Numbers.Narrow(destination[i]);
        }

        public void Read(int firstRow, Span<ushort> destination)
        {
            // A few rows at a time: a table may be large.
            int step = Math.Max(1, (1 << 16) / Math.Max(1, Columns));
            var values = new float[step * Columns];
            for (int done = 0; done < destination.Length; done += values.Length)
            {
                Span<float> part = values.AsSpan(0, Math.Min(values.Length, destination.Length - done));
                source.Read(firstRow + done / Columns, part);
                for (int i = 0; i < part.Length; i++)
                    destination[done + i] = BFloat16Numbers.Bits(part[i]);
            }
        }
    }
}
