using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Gpu;

/// <summary>
/// What takes the same arguments in exact and in fast mode: the kernels of ops on rows, but for the forms of a tensor,
/// and runs of arguments of products and attention.
/// </summary>
internal abstract class GpuRowOps : Backend
{
    protected const int Items = 256;
    protected const int NormRows = 4;

    /// <summary>Where its memory has addresses.</summary>
    internal abstract AddressSpace Space { get; }

    /// <summary>The workspace whose memory a tensor is.</summary>
    internal abstract GpuWorkspace WorkspaceOf(Tensor tensor);

    public sealed override void LayerNorm(Tensor x, Table gamma, Table beta, float epsilon, Tensor y)
    {
        var launch = new KernelLaunch(KernelOf(GpuKernel.LayerNorm), Groups(x.Rows, NormRows));
        AddForms(ref launch, x);
        Add(ref launch, gamma);
        Add(ref launch, beta);
        launch.Add(epsilon);
        launch.Add(x.Rows);
        launch.Add(x.Columns);
        AddForms(ref launch, y);
        WorkspaceOf(y).Queue.Launch(ref launch);
    }

    public sealed override void RmsNorm(Tensor x, Table gamma, float epsilon, Tensor residual, Tensor y)
    {
        int groups = x.Columns / gamma.Columns;
        var launch = new KernelLaunch(
            KernelOf(GpuKernel.RmsNorm), Groups((long)x.Rows * groups, NormRows));
        AddForms(ref launch, x);
        Add(ref launch, gamma);
        launch.Add(epsilon);
        launch.Add(x.Rows);
        launch.Add(groups);
        launch.Add(gamma.Columns);
        AddWide(ref launch, residual);
        launch.Add(!residual.IsNone);
        AddForms(ref launch, y);
        WorkspaceOf(y).Queue.Launch(ref launch);
    }

    public sealed override void Rope(PackedBatch batch, Tensor x, int headSize, Table table)
    {
        GpuWorkspace workspace = WorkspaceOf(x);
        workspace.Upload(batch);
        int heads = x.Columns / headSize;
        int half = table.Columns / 2;
        var launch = new KernelLaunch(KernelOf(GpuKernel.RopeRows), Groups((long)x.Rows * heads * half));
        AddForms(ref launch, x);
        launch.Add(x.Rows);
        launch.Add(heads);
        launch.Add(headSize);
        launch.Add(half);
        launch.Add(Space, workspace.Positions, sizeof(int));
        Add(ref launch, table);
        workspace.Queue.Launch(ref launch);
    }

    public sealed override void Gate(Tensor x, ActivationKind activation)
    {
        int columns = x.Columns / 2;
        var launch = new KernelLaunch(KernelOf(GpuKernel.GateRows), Groups((long)x.Rows * columns));
        AddForms(ref launch, x);
        launch.Add(x.Rows);
        launch.Add(columns);
        launch.Add((int)activation);
        WorkspaceOf(x).Queue.Launch(ref launch);
    }

    internal static long Groups(long items, int perGroup = Items) => (items + perGroup - 1) / perGroup;

    /// <summary>The kernel that stands for one of exact mode.</summary>
    protected abstract GpuKernel KernelOf(GpuKernel exact);

    /// <summary>Adds a tensor in all of its forms.</summary>
    protected abstract void AddForms(ref KernelLaunch launch, Tensor tensor);

    /// <summary>Adds a tensor's f32 form.</summary>
    protected abstract void AddWide(ref KernelLaunch launch, Tensor tensor);

    protected void Add(ref KernelLaunch launch, Table? table) =>
        launch.Add(Space, table?.Address ?? 0, sizeof(float));

    /// <summary>Adds a product's sizes, and what comes after its sums but for the result.</summary>
    protected void AddProduct(
        ref KernelLaunch launch, Matrix matrix, nint bias, ActivationKind activation, Tensor residual)
    {
        launch.Add(matrix.Inputs);
        launch.Add(matrix.Outputs);
        launch.Add(Space, bias, sizeof(float));
        launch.Add(bias != 0);
        launch.Add((int)activation);
        AddWide(ref launch, residual);
        launch.Add(!residual.IsNone);
    }

    /// <summary>Adds the heads of attention: how many, how many of them share keys, their size.</summary>
    protected static void AddHeads(ref KernelLaunch launch, in AttentionShape shape)
    {
        launch.Add(shape.Heads);
        launch.Add(shape.Heads / shape.KeyHeads);
        launch.Add(shape.HeadSize);
    }

    /// <summary>Adds which keys a query sees, and what is done to its scores.</summary>
    protected void AddVisible(ref KernelLaunch launch, in AttentionShape shape, PositionBias? bias)
    {
        launch.Add(shape.Before);
        launch.Add(shape.After);
        launch.Add(shape.Softcap);
        Add(ref launch, bias?.Bias);
        launch.Add(bias?.Bias is not null);
        launch.Add(bias?.Reach ?? 0);
    }
}
