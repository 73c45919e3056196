using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Gpu;

/// <summary>
/// The ops on a CUDA or OpenCL device: each is one kernel of kernels/gpu. Written once; the driver, which it holds
/// until it is disposed, is all that differs.
/// </summary>
internal sealed unsafe class GpuBackend(GpuDriver driver) : GpuRowOps
{
    // Queries of a block in attention on vectors.
    private const int HalfBlock = 16;

    // Rows of scratch for lanes and position terms: kernels/ilgpu/AttentionVectors.cs has no arrays of its own.
    private const int SpareRows = 67;

    private readonly AddressSpace _space = new();
    private GpuWeights? _weights;
    private bool _disposed;

    public override string Name => driver.Name;

    public override int TokensPerBatch => driver.TokensPerBatch;

    public override int LargestHead => driver.HasVectors ? int.MaxValue : 256;

    public override long WeightBytes => Weights.Bytes;

    internal override AddressSpace Space => _space;

    internal GpuWeights Weights => _weights ??= new GpuWeights(driver, _space);

    public override void Reserve(long bytes) => Weights.Reserve(bytes);

    public override long SizeOfMatrix(IRowSource rows) => GpuWeights.SizeOfMatrix(rows);

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias) => Weights.LoadMatrix(rows, bias);

    public override Table LoadTable(IRowSource rows, bool keep16) => Weights.LoadTable(rows, keep16);

    public override Workspace CreateWorkspace() => new GpuWorkspace(driver, _space);

    public override long ScratchBytes(ScratchNeeds needs) =>
        Workspace.SizeOf(ScratchRows, ScratchColumns(needs));

    public override Tensor TakeScratch(Workspace workspace, ScratchNeeds needs) =>
        workspace.Take(ScratchRows, ScratchColumns(needs));

    public override void Gather(
        PackedBatch batch, Table words, float scale, Table? types, Table? positions, Tensor y)
    {
        GpuWorkspace workspace = WorkspaceOf(y);
        workspace.Upload(batch);
        GpuKernel kernel = Stored(GpuKernel.GatherF32, words.Type);
        var launch = new KernelLaunch(kernel, Groups((long)batch.Tokens * y.Columns));
        launch.Add(_space, workspace.Ids, sizeof(int));
        launch.Add(_space, workspace.TypeIds, sizeof(int));
        launch.Add(_space, workspace.Positions, sizeof(int));
        launch.Add(batch.Tokens);
        launch.Add(y.Columns);
        launch.Add(_space, words.Address, PackedMatrix.ElementSize(words.Type));
        launch.Add(scale);
        Add(ref launch, types);
        launch.Add(types is not null);
        Add(ref launch, positions);
        launch.Add(positions is not null);
        AddWide(ref launch, y);
        workspace.Queue.Launch(ref launch);
    }

    public override void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch)
    {
        var matrix = (GpuMatrix)weight;
        ProductTile tile = driver.ExactTile(x.Rows, matrix.Outputs, matrix.Inputs);
        Linear(in tile, x, matrix, activation, residual, y);
    }

    /// <summary>The same with a tile of the caller's choice.</summary>
    internal void Linear(
        in ProductTile tile, Tensor x, GpuMatrix matrix, ActivationKind activation, Tensor residual, Tensor y)
    {
        WorkspaceOf(y).Expect(2.0 * x.Rows * matrix.Outputs * matrix.Inputs);
        var launch = new KernelLaunch(
            Stored(tile.Kernel, matrix.Type), tile.Groups(x.Rows, matrix.Outputs));
        AddWide(ref launch, x);
        launch.Add(((AddressSpace.Offset(x.Address) / sizeof(float)) | (long)x.Stride | (long)matrix.Inputs) % 4 == 0);
        launch.Add(x.Rows);
        launch.Add(_space, matrix.Panels, PackedMatrix.ElementSize(matrix.Type));
        AddProduct(ref launch, matrix, matrix.Bias, activation, residual);
        AddWide(ref launch, y);
        WorkspaceOf(y).Queue.Launch(ref launch);
    }

    public override void Attend(
        PackedBatch batch, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y, Tensor scratch)
    {
        GpuWorkspace workspace = WorkspaceOf(y);
        workspace.Upload(batch);
        double operations = Operations(batch, in shape);
        int all = workspace.BlockCount, atOnce = workspace.BlocksAtOnce(operations, all);
        for (int first = 0; first < all; first += atOnce)
        {
            int count = Math.Min(atOnce, all - first);
            workspace.Expect(operations * count / all);
            Attend(workspace, first, count, qkv, in shape, bias, y, scratch);
        }
    }

    // Blocks of 32 queries [first, first + count).
    private void Attend(
        GpuWorkspace workspace, int first, int count, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y,
        Tensor scratch)
    {
        long blocks = (long)count * shape.Heads;
        GpuKernel kernel = AttentionKernel(shape.HeadSize);
        var launch = new KernelLaunch(kernel, driver.HasVectors ? Math.Min(2 * blocks, ScratchRows) : blocks);
        launch.Add(_space, workspace.Starts, sizeof(int));
        launch.Add(_space, workspace.Blocks + (2 * first * sizeof(int)), sizeof(int));
        if (driver.HasVectors)
            launch.Add(checked((int)(2 * blocks)));
        AddHeads(ref launch, in shape);
        launch.Add(_space, qkv.Address, sizeof(float));
        launch.Add(_space, qkv.ColumnRange(shape.Heads * shape.HeadSize, 1).Address, sizeof(float));
        launch.Add(_space, qkv.ColumnRange((shape.Heads + shape.KeyHeads) * shape.HeadSize, 1).Address, sizeof(float));
        launch.Add((long)qkv.Stride);
        launch.Add(shape.Scale);
        AddVisible(ref launch, in shape, bias);
        Add(ref launch, bias?.Keys);
        Add(ref launch, bias?.Queries);
        Add(ref launch, bias?.Rows);
        launch.Add(bias?.Keys is null ? 0 : shape.Positions);
        AddWide(ref launch, y);
        if (driver.HasVectors)
            AddWide(ref launch, scratch);
        workspace.Queue.Launch(ref launch);
    }

    /// <summary>Of attention over a batch; where a mask hides keys, no fewer than there are.</summary>
    internal static double Operations(PackedBatch batch, in AttentionShape shape)
    {
        double pairs = 0;
        for (int sequence = 0; sequence < batch.Sequences; sequence++)
        {
            double length = batch.Starts[sequence + 1] - batch.Starts[sequence];
            pairs += length * Math.Min(length, (double)shape.Before + shape.After + 1);
        }
        return 4 * pairs * shape.Heads * shape.HeadSize;
    }

    public override void Pool(PackedBatch batch, Tensor x, PoolKind kind, bool skipPrompt, Tensor y)
    {
        GpuWorkspace workspace = WorkspaceOf(y);
        workspace.Upload(batch);
        var launch = new KernelLaunch(GpuKernel.PoolRows, Groups((long)batch.Sequences * x.Columns));
        launch.Add(_space, workspace.Starts, sizeof(int));
        launch.Add(_space, workspace.Skips, sizeof(int));
        launch.Add(skipPrompt);
        launch.Add(batch.Sequences);
        AddWide(ref launch, x);
        launch.Add(x.Columns);
        launch.Add((int)kind);
        AddWide(ref launch, y);
        workspace.Queue.Launch(ref launch);
    }

    public override void Accumulate(Tensor x, float divisor, Tensor y)
    {
        var launch = new KernelLaunch(GpuKernel.AccumulateRows, Groups((long)x.Rows * x.Columns));
        AddWide(ref launch, x);
        launch.Add(x.Rows);
        launch.Add(x.Columns);
        launch.Add(divisor);
        AddWide(ref launch, y);
        WorkspaceOf(y).Queue.Launch(ref launch);
    }

    public override void Copy(Tensor x, Tensor y)
    {
        var launch = new KernelLaunch(GpuKernel.CopyRows, Groups((long)x.Rows * x.Columns));
        AddWide(ref launch, x);
        launch.Add(x.Rows);
        launch.Add(x.Columns);
        AddWide(ref launch, y);
        WorkspaceOf(y).Queue.Launch(ref launch);
    }

    public override void Normalize(Tensor x)
    {
        var launch = new KernelLaunch(GpuKernel.NormalizeRows, Groups(x.Rows, NormRows));
        AddWide(ref launch, x);
        launch.Add(x.Rows);
        launch.Add(x.Columns);
        WorkspaceOf(x).Queue.Launch(ref launch);
    }

    public override void Download(Tensor x, Span<float> destination)
    {
        GpuWorkspace workspace = WorkspaceOf(x);
        int count = checked(((x.Rows - 1) * x.Stride) + x.Columns);
        if (x.Rows > 1 && x.Stride != x.Columns)
        {
            // Some columns of every row: whole rows come over in one piece, and the columns are picked here.
            float* rows = (float*)workspace.Queue.Staging((long)count * sizeof(float));
            Download(workspace, x, rows, count);
            for (int row = 0; row < x.Rows; row++)
                new Span<float>(rows + (nint)row * x.Stride, x.Columns).CopyTo(destination[(row * x.Columns)..]);
            return;
        }
        fixed (float* to = destination[..count])
            Download(workspace, x, to, count);
    }

    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _weights?.Dispose();
        driver.Release();
    }

    private void Download(GpuWorkspace workspace, Tensor x, float* destination, int count)
    {
        DeviceBlock block = _space[x.Address];
        workspace.Queue.Download(
            block.Handle, AddressSpace.Offset(x.Address), destination, (long)count * sizeof(float));
        workspace.Finished();
    }

    private static GpuKernel Stored(GpuKernel f32, StoredType type) => f32 + (int)type;

    // Where items are vectors, groups that each have a piece of scratch work through all items.
    private int ScratchRows => driver.HasVectors ? 4 * driver.Units : 1;

    private int ScratchColumns(ScratchNeeds needs) => driver.HasVectors
        ? checked(HalfBlock * (needs.HeadSize + needs.LongestSequence + needs.Positions + SpareRows))
        : 16;

    private GpuKernel AttentionKernel(int headSize)
    {
        if (driver.HasVectors)
            return GpuKernel.AttentionVectors;
        return headSize switch
        {
            <= 32 => GpuKernel.Attention32,
            <= 64 => GpuKernel.Attention64,
            <= 128 => GpuKernel.Attention128,
            <= 256 => GpuKernel.Attention256,
            _ => throw new InvalidOperationException("A head is at most as large as LargestHead."),
        };
    }

    internal override GpuWorkspace WorkspaceOf(Tensor tensor) =>
        _space[tensor.Address].Owner ?? throw new InvalidOperationException("Weights are not written.");

    protected override GpuKernel KernelOf(GpuKernel exact) => exact;

    protected override void AddForms(ref KernelLaunch launch, Tensor tensor) => AddWide(ref launch, tensor);

    protected override void AddWide(ref KernelLaunch launch, Tensor tensor)
    {
        launch.Add(_space, tensor.Address, sizeof(float));
        launch.Add((long)tensor.Stride);
    }
}
