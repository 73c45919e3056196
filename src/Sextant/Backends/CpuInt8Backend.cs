using System.Numerics;
using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>
/// The ops on this machine's processor with products in bytes: every <see cref="Linear"/> quantises its rows and sums
/// exact integers. Attention's products are of bfloat16 numbers. What lies between is f32, by the exact kernels.
/// </summary>
/// <remarks>
/// A backbone's matrices are loaded as they are stored. When all are there, <see cref="Settle"/> runs the exact
/// backbone once, looks at what each matrix is given, and makes bytes of them; the exact weights are freed then.
/// Matrices that are loaded later become bytes at once.
/// </remarks>
internal unsafe class CpuInt8Backend(KernelSet kernels, ThreadTeam team, bool ownsTeam)
    : CpuBackend(kernels, team, ownsTeam)
{
    // A row is not worth more threads than this many elements a thread.
    private const int SplitElements = 16 * 1024;
    private const double SplitProducts = 4e6;
    private readonly KernelSet _kernels = kernels;
    private readonly ThreadTeam _team = team;
    private readonly List<Int8Matrix> _loading = [];
    private bool _isSettled;

    // Other programs' bytes go down to -128, one further than those that are made here.
    private const int MaxInputsOfBytes = int.MaxValue / (255 * 128);

    // Rows that are quantised before they are multiplied.
    private int BlockRows => TokensPerBatch;

    // Rows that go through both products of a feed-forward part: what is between them stays in the L2.
    private int FeedRows => BlockRows / 2;

    // The exact backbone runs once, to be looked at.
    protected override Kernel<AttentionArguments> Attention =>
        _isSettled ? _kernels.AttentionBFloat16.Run : base.Attention;

    public override long SizeOfMatrix(IRowSource rows) => PackedInt8Matrix.Bytes(rows.Rows, rows.Columns);

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias)
    {
        if (rows.Columns > PackedInt8Matrix.MaxInputs)
        {
            throw new UnsupportedRequestException(
                $"{Name}: a matrix takes {rows.Columns} inputs; sums of bytes are exact up to "
                + $"{PackedInt8Matrix.MaxInputs}. Use precision exact.");
        }
        if (rows.Bytes is { } bytes && rows.Columns <= MaxInputsOfBytes)
            return new Int8Matrix(Weights.LoadByteMatrix(bytes, bias));
        var memory = new CpuWeights();
        var matrix = new Int8Matrix((CpuMatrix)memory.LoadMatrix(rows, bias), memory);
        if (_isSettled)
            Quantize(matrix);
        else
            _loading.Add(matrix);
        return matrix;
    }

    public override Table LoadTable(IRowSource rows, bool keep16) =>
        keep16 ? Weights.LoadByteTable(rows) : base.LoadTable(rows, keep16: false);

    public override void Settle(Action pass)
    {
        foreach (Int8Matrix matrix in _loading)
            matrix.Maxima = new float[matrix.Inputs];
        if (_loading.Count > 0)
            pass();
        foreach (Int8Matrix matrix in _loading)
            Quantize(matrix);
        _loading.Clear();
        _isSettled = true;
    }

    public override long ScratchBytes(ScratchNeeds needs) =>
        Workspace.SizeOf(ScratchRows(needs), ScratchColumns(needs));

    public override Tensor TakeScratch(Workspace workspace, ScratchNeeds needs) =>
        workspace.Take(ScratchRows(needs), ScratchColumns(needs));

    public override void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch)
    {
        var matrix = (Int8Matrix)weight;
        if (matrix.Exact is { } exact)
        {
            if (matrix.Maxima is { } maxima)
                Observe(x, maxima);
            base.Linear(x, exact, activation, residual, y, scratch);
            return;
        }
        for (int row = 0; row < x.Rows; row += BlockRows)
        {
            int rows = Math.Min(BlockRows, x.Rows - row);
            LinearBlock(
                x.RowRange(row, rows), default, matrix.Packed, activation,
                residual.IsNone ? residual : residual.RowRange(row, rows), y.RowRange(row, rows), scratch);
        }
    }

    public override void FeedForward(
        Tensor x, in FeedForwardWeights weights, Tensor feed, Tensor residual, Tensor y, Tensor scratch)
    {
        var up = (Int8Matrix)weights.Up;
        var down = (Int8Matrix)weights.Down;
        if (up.Exact is not null || down.Exact is not null)
        {
            base.FeedForward(x, weights, feed, residual, y, scratch);
            return;
        }
        for (int row = 0; row < x.Rows; row += FeedRows)
        {
            int rows = Math.Min(FeedRows, x.Rows - row);
            Tensor fed = feed.RowRange(row, rows);
            LinearBlock(x.RowRange(row, rows), default, up.Packed, ActivationKind.Identity, default, fed, scratch);
            LinearBlock(
                fed.ColumnRange(0, down.Inputs), new Change(weights.Activation, weights.Gated), down.Packed,
                ActivationKind.Identity, residual.IsNone ? residual : residual.RowRange(row, rows),
                y.RowRange(row, rows), scratch);
        }
    }

    protected override int ScratchColumns(ScratchNeeds needs) => (Math.Max(
        base.ScratchColumns(needs), GemmInt8Arguments.ScratchLength(needs.LargestInputs)) + 15) & ~15;

    public override void Dispose()
    {
        foreach (Int8Matrix matrix in _loading)
            matrix.Free();
        base.Dispose();
    }

    // The rows change in place before they are quantised.
    private void LinearBlock(
        Tensor x, Change change, PackedInt8Matrix weight, ActivationKind activation, Tensor residual, Tensor y,
        Tensor scratch)
    {
        nint stride = StepStride(weight.Inputs);
        var scales = (float*)(scratch.Pointer + (nint)_team.Threads * scratch.Stride);
        var offsets = (int*)(scales + BlockRows);
        var steps = (byte*)(offsets + BlockRows);
        var quantize = new QuantizeArguments
        {
            X = x.Pointer,
            XStride = x.Stride,
            Rows = x.Rows,
            Columns = weight.Inputs,
            Activation = change.Activation,
            IsGated = change.IsGated,
            Inverse = weight.Inverse,
            Q = steps,
            QStride = stride,
            Scales = scales,
            Offsets = offsets,
        };
        int items = (long)x.Rows * x.Columns < SplitElements ? 1 : Math.Min(x.Rows, 2 * _team.Threads);
        _team.Run(new QuantizeJob(_kernels, quantize, items), items, CallCancellation.Token);
        var product = new GemmInt8Arguments
        {
            Q = steps,
            QStride = stride,
            Scales = scales,
            Offsets = offsets,
            Rows = x.Rows,
            Weight = weight,
            Activation = activation,
            Residual = residual.IsNone ? null : residual.Pointer,
            ResidualStride = residual.Stride,
            Y = y.Pointer,
            YStride = y.Stride,
            Scratch = scratch.Pointer,
        };
        bool together = _team.Threads > 1 && 2.0 * x.Rows * weight.Inputs * weight.Outputs >= SplitProducts;
        var job = new LinearInt8Job(_kernels, product, scratch.Stride, together ? _team.Threads : 1);
        _team.Run(job, job.Items, CallCancellation.Token);
    }

    private void Quantize(Int8Matrix matrix)
    {
        CpuMatrix exact = matrix.Exact!;
        var packed = new PackedInt8Matrix(
            Weights.Take(PackedInt8Matrix.Bytes(matrix.Outputs, matrix.Inputs)), matrix.Outputs, matrix.Inputs);
        float[] factors = Int8Packing.Factors(exact.Packed, matrix.Maxima);
        fixed (float* f = factors)
        {
            var job = new PackInt8Job(exact.Packed, f, packed);
            _team.Run(job, packed.PanelCount);
        }
        matrix.Settle(packed);
    }

    // The largest magnitude in each column so far; what is not a number counts as nothing.
    private static void Observe(Tensor x, Span<float> maxima)
    {
        int width = Vector<float>.Count;
        for (int row = 0; row < x.Rows; row++)
        {
            var values = new ReadOnlySpan<float>(x.Pointer + (nint)row * x.Stride, x.Columns);
            int k = 0;
            for (; k <= values.Length - width; k += width)
            {
                Vector<float> value = Vector.Abs(new Vector<float>(values[k..]));
                var most = new Vector<float>(maxima[k..]);
                Vector.ConditionalSelect(Vector.GreaterThan(value, most), value, most).CopyTo(maxima[k..]);
            }
            for (; k < values.Length; k++)
            {
                float value = MathF.Abs(values[k]);
                maxima[k] = value > maxima[k] ? value : maxima[k];
            }
        }
    }

    // Rows eight apart should not fall onto the same lines of the cache.
    private static nint StepStride(int inputs)
    {
        int stride = (inputs + 63) & ~63;
        return stride % 1024 == 0 ? stride + 64 : stride;
    }

    // One row of scratch for each worker, then the rows that they share.
    private int ScratchRows(ScratchNeeds needs)
    {
        long shared = BlockRows * (2L * sizeof(float) + StepStride(needs.LargestInputs) + 64);
        long row = ScratchColumns(needs) * (long)sizeof(float);
        return _team.Threads + checked((int)((shared + row - 1) / row));
    }

    private readonly record struct Change(ActivationKind Activation, bool IsGated);
}
