using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Gpu;

/// <summary>
/// The ops in fast mode: products and attention of 16-bit floats on tensor cores, summed in f32. The residual stream,
/// sums over tokens and vectors stay f32: those ops are the exact kernels.
/// </summary>
/// <remarks>
/// Every element of a workspace has an f32 form, and a 16-bit form at the same position of a second block: products
/// read the one, norms and residuals the other. An op writes both, so that either can be read next; of a tensor that is
/// narrow only the 16-bit form is written. The type is f16 where the first matrix is stored so, else bf16, which has
/// f32's range.
/// </remarks>
/// <param name="driver">The device; held until this is disposed.</param>
/// <param name="wide">Whether the products are those of warpgroups; null: what the device has chosen.</param>
internal sealed class GpuFastBackend(GpuDriver driver, bool? wide = null) : GpuRowOps
{
    private const int LargestNarrowHead = 128;

    private readonly GpuBackend _exact = new(driver);
    private readonly bool _wide = wide ?? driver.HasWide;
    private StoredType? _type;

    public override string Name => driver.FastNote is { } note ? $"{_exact.Name}, {note}" : _exact.Name;

    public override int TokensPerBatch => _exact.TokensPerBatch;

    public override int LargestHead => _exact.LargestHead;

    public override long WeightBytes => _exact.WeightBytes;

    internal override AddressSpace Space => _exact.Space;

    internal override GpuWorkspace WorkspaceOf(Tensor tensor) => _exact.WorkspaceOf(tensor);

    public override void Reserve(long bytes) => _exact.Reserve(bytes);

    public override long SizeOfMatrix(IRowSource rows) => GpuWeights.SizeOfNarrowMatrix(rows);

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias)
    {
        _type ??= rows.Type == ElementType.F16 ? StoredType.F16 : StoredType.BF16;
        return _exact.Weights.LoadNarrowMatrix(rows, bias, _type.Value);
    }

    public override Table LoadTable(IRowSource rows, bool keep16) => _exact.LoadTable(rows, keep16);

    public override Workspace CreateWorkspace() => new GpuWorkspace(driver, Space, hasNarrow: true);

    public override long ScratchBytes(ScratchNeeds needs) => _exact.ScratchBytes(needs);

    public override Tensor TakeScratch(Workspace workspace, ScratchNeeds needs) => _exact.TakeScratch(workspace, needs);

    public override void Gather(PackedBatch batch, Table words, float scale, Table? types, Table? positions, Tensor y)
    {
        _exact.Gather(batch, words, scale, types, positions, Wide(y));
        Narrow(y);
    }

    public override void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch)
    {
        var matrix = (NarrowMatrix)weight;
        Linear(
            ProductTile.Choose(ProductTile.All(_wide), x.Rows, matrix.Outputs, matrix.Inputs, driver.Units), x, matrix,
            activation, residual, y);
    }

    /// <summary>The same with a tile of the caller's choice.</summary>
    internal void Linear(
        in ProductTile tile, Tensor x, NarrowMatrix matrix, ActivationKind activation, Tensor residual, Tensor y)
    {
        WorkspaceOf(y).Expect(2.0 * x.Rows * matrix.Outputs * matrix.Inputs);
        var launch = new KernelLaunch(Fast(tile.Kernel), tile.Groups(x.Rows, matrix.Outputs));
        AddNarrow(ref launch, x);
        launch.Add((long)x.Stride);
        launch.Add((Element(x) | (long)x.Stride | (long)matrix.Inputs) % 8 == 0);
        launch.Add(x.Rows);
        launch.Add(Space, matrix.Rows, sizeof(ushort));
        launch.Add(matrix.PaddedInputs);
        AddProduct(ref launch, matrix, matrix.Bias, activation, residual);
        launch.Add(Space, y.Address, sizeof(float));
        AddNarrow(ref launch, y);
        launch.Add((long)y.Stride);
        launch.Add(y.IsNarrow);
        launch.Add((Element(y) | (long)y.Stride) % 4 == 0);
        Queue(y).Launch(ref launch);
    }

    public override void Attend(
        PackedBatch batch, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y, Tensor scratch)
    {
        if (shape.HeadSize > LargestNarrowHead || bias?.Keys is not null)
        {
            // Larger heads, and content that meets relative positions: the exact kernels, on numbers of 16 bits.
            Widen(qkv);
            _exact.Attend(batch, Wide(qkv), shape, bias, Wide(y), scratch);
            Narrow(y);
            return;
        }
        GpuWorkspace workspace = WorkspaceOf(y);
        workspace.Upload(batch);
        GpuKernel kernel = shape.HeadSize switch
        {
            <= 32 => GpuKernel.Attention32FastF16,
            <= 64 => GpuKernel.Attention64FastF16,
            _ => GpuKernel.Attention128FastF16,
        };
        double operations = GpuBackend.Operations(batch, in shape);
        int all = workspace.BlockCount, atOnce = workspace.BlocksAtOnce(operations, all);
        for (int first = 0; first < all; first += atOnce)
        {
            int count = Math.Min(atOnce, all - first);
            workspace.Expect(operations * count / all);
            Attend(workspace, kernel, first, count, qkv, in shape, bias, y);
        }
    }

    // Blocks of 32 queries [first, first + count).
    private void Attend(
        GpuWorkspace workspace, GpuKernel kernel, int first, int count, Tensor qkv, in AttentionShape shape,
        PositionBias? bias, Tensor y)
    {
        Tensor keys = qkv.ColumnRange(shape.Heads * shape.HeadSize, 1);
        Tensor values = qkv.ColumnRange((shape.Heads + shape.KeyHeads) * shape.HeadSize, 1);
        var launch = new KernelLaunch(Fast(kernel), (long)count * shape.Heads);
        launch.Add(Space, workspace.Starts, sizeof(int));
        launch.Add(Space, workspace.Blocks + (2 * first * sizeof(int)), sizeof(int));
        AddHeads(ref launch, in shape);
        AddNarrow(ref launch, qkv);
        AddNarrow(ref launch, keys);
        AddNarrow(ref launch, values);
        launch.Add((long)qkv.Stride);
        launch.Add((Element(qkv) | (long)qkv.Stride | (long)shape.HeadSize) % 8 == 0);
        launch.Add(shape.Scale);
        AddVisible(ref launch, in shape, bias);
        launch.Add(Space, y.Address, sizeof(float));
        AddNarrow(ref launch, y);
        launch.Add((long)y.Stride);
        launch.Add(y.IsNarrow);
        workspace.Queue.Launch(ref launch);
    }

    public override void Pool(PackedBatch batch, Tensor x, PoolKind kind, bool skipPrompt, Tensor y)
    {
        _exact.Pool(batch, Wide(x), kind, skipPrompt, Wide(y));
        Narrow(y);
    }

    public override void Accumulate(Tensor x, float divisor, Tensor y)
    {
        _exact.Accumulate(Wide(x), divisor, Wide(y));
        Narrow(y);
    }

    public override void Copy(Tensor x, Tensor y)
    {
        _exact.Copy(Wide(x), Wide(y));
        Narrow(y);
    }

    public override void Normalize(Tensor x)
    {
        _exact.Normalize(Wide(x));
        Narrow(x);
    }

    public override void Download(Tensor x, Span<float> destination) => _exact.Download(x, destination);

    public override void Dispose() => _exact.Dispose();

    protected override GpuKernel KernelOf(GpuKernel exact) => Fast(exact switch
    {
        GpuKernel.LayerNorm => GpuKernel.LayerNormFastF16,
        GpuKernel.RmsNorm => GpuKernel.RmsNormFastF16,
        GpuKernel.RopeRows => GpuKernel.RopeRowsFastF16,
        GpuKernel.GateRows => GpuKernel.GateRowsFastF16,
        _ => throw new ArgumentOutOfRangeException(nameof(exact)),
    });

    private GpuKernel Fast(GpuKernel f16) => _type == StoredType.F16 ? f16 : f16 + 1;

    private GpuQueue Queue(Tensor tensor) => WorkspaceOf(tensor).Queue;

    // The exact ops take f32 forms alone.
    private static Tensor Wide(Tensor tensor) => new(tensor.Address, tensor.Rows, tensor.Columns, tensor.Stride);

    private void Narrow(Tensor tensor) => Convert(GpuKernel.NarrowRowsFastF16, tensor, fromWide: true);

    private void Widen(Tensor tensor)
    {
        if (tensor.IsNarrow)
            Convert(GpuKernel.WidenRowsFastF16, tensor, fromWide: false);
    }

    private void Convert(GpuKernel kernel, Tensor tensor, bool fromWide)
    {
        var launch = new KernelLaunch(Fast(kernel), Groups((long)tensor.Rows * tensor.Columns));
        if (fromWide)
            launch.Add(Space, tensor.Address, sizeof(float));
        AddNarrow(ref launch, tensor);
        if (!fromWide)
            launch.Add(Space, tensor.Address, sizeof(float));
        launch.Add((long)tensor.Stride);
        launch.Add(tensor.Rows);
        launch.Add(tensor.Columns);
        Queue(tensor).Launch(ref launch);
    }

    private static long Element(Tensor tensor) => AddressSpace.Offset(tensor.Address) / sizeof(float);

    protected override void AddForms(ref KernelLaunch launch, Tensor tensor)
    {
        launch.Add(Space, tensor.Address, sizeof(float));
        AddNarrow(ref launch, tensor);
        launch.Add((long)tensor.Stride);
        launch.Add(tensor.IsNarrow);
    }

    private void AddNarrow(ref KernelLaunch launch, Tensor tensor) =>
        launch.Add(Space, WorkspaceOf(tensor).Narrow(tensor), sizeof(ushort));

    protected override void AddWide(ref KernelLaunch launch, Tensor tensor)
    {
        if (tensor.IsNarrow)
            throw new InvalidOperationException("A residual has an f32 form.");
        launch.Add(Space, tensor.Address, sizeof(float));
        launch.Add((long)tensor.Stride);
    }
}
