using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>The int8 backend, which remembers what each matrix and table of bytes was made of.</summary>
internal sealed class RecordedInt8Backend() : CpuInt8Backend(KernelSet.Chosen, ThreadTeam.Shared, ownsTeam: false)
{
    /// <summary>Matrices that are bytes once the backbone is loaded.</summary>
    public List<(IRowSource Rows, Int8Matrix Matrix)> Matrices { get; } = [];

    /// <summary>Tables; those of words are bytes.</summary>
    public List<(IRowSource Rows, Table Table)> Tables { get; } = [];

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias)
    {
        var matrix = (Int8Matrix)base.LoadMatrix(rows, bias);
        Matrices.Add((rows, matrix));
        return matrix;
    }

    public override Table LoadTable(IRowSource rows, bool keep16)
    {
        Table table = base.LoadTable(rows, keep16);
        Tables.Add((rows, table));
        return table;
    }
}
