using Sextant.Backends;
using Sextant.Batches;
using Sextant.Gpu.Cuda;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Gpu;

/// <summary>
/// Whether fast mode's products are those of warpgroups (wgmma, compute capability 9.0): only where the device computes
/// with them what double and the products of warps compute, and every tile to the same bits.
/// </summary>
/// <remarks>
/// These kernels depend on layouts of memory and registers that only a GPU can confirm, so each process has them
/// confirmed when it first asks for fast mode: four products of ragged shapes with all that comes after a product, in
/// each tile and type. Whatever is not as it should be is told by <see cref="GpuDriver.FastNote"/>, and the products of
/// warps are taken.
/// </remarks>
internal static class WideProducts
{
    /// <summary>The variable that takes them away, where it is 0.</summary>
    public const string Variable = "SEXTANT_CUDA_WGMMA";

    // More rows than 64, columns that end within each kind of tile, and more steps of 64 than a ring of tiles is long.
    private const int Rows = 70, Inputs = 392, Hidden = 72, Outputs = 37;

    /// <summary>
    /// f32 sums of 392 products of numbers in −1 … 1, which tensor cores round as they like: 2⁻²¹ of the sum of the
    /// products' sizes, at most 392, for each of 25 steps of 16.
    /// </summary>
    private const double ProductBound = 25 * 392 / (double)(1 << 21);

    /// <summary>
    /// After a number of 16 bits, that may be rounded the other way: a step of bf16 at 4 is 1/32, and it counts once.
    /// </summary>
    private const double NarrowBound = 1.0 / 16;

    /// <summary>Chooses for a device; what is said of the choice is null where it has none.</summary>
    /// <param name="driver">With the products of warps loaded.</param>
    /// <param name="info">What it is.</param>
    /// <param name="load">Loads the products of warpgroups.</param>
    /// <exception cref="DeviceException">The check has ended the device's context.</exception>
    public static (bool Wide, string? Note) Choose(GpuDriver driver, CudaDeviceInfo info, Action load)
    {
        if (info.Capability != 90)
            return (false, null);
        if (Environment.GetEnvironmentVariable(Variable) == "0")
            return (false, $"products by mma.sync ({Variable} is 0)");
        if (!info.HasWide)
            return (false, "products by mma.sync (wgmma needs a driver of CUDA 12.0 or newer)");
        try
        {
            load();
            return FailedCheck(driver) is { } failed
                ? (false, $"products by mma.sync (those by wgmma fail the check '{failed}')")
                : (true, "products by wgmma");
        }
        catch (DeviceException lost) when (lost.Kind == DeviceErrorKind.Lost)
        {
            throw DeviceException.Lost(
                driver.Name, $"while products by wgmma were checked: {lost.Message} {Variable}=0 leaves them out.");
        }
        catch (DeviceException problem)
        {
            return (false, $"products by mma.sync (those by wgmma cannot be used: {problem.Message})");
        }
    }

    /// <summary>The first check that fails, or null.</summary>
    public static string? FailedCheck(GpuDriver driver)
    {
        foreach (ElementType type in (ReadOnlySpan<ElementType>)[ElementType.F16, ElementType.BF16])
        {
            Results warps = Run(driver, type, wide: false, ProductTile.All(false)[^1]);
            Results? first = null;
            foreach (ProductTile tile in ProductTile.All(true))
            {
                Results found = Run(driver, type, wide: true, tile);
                string name = FormattableString.Invariant($"{type} {tile.Rows}×{tile.Columns}");
                if (!AreNear(found.Products, Expected(type), ProductBound))
                    return $"{name}: a product";
                if (!AreNear(found.Residual, warps.Residual, NarrowBound))
                    return $"{name}: bias, activation, 16 bits, residual";
                if (!AreNear(found.Unaligned, warps.Unaligned, NarrowBound))
                    return $"{name}: rows that are not aligned";
                first ??= found;
                if (!found.Equals(first.Value))
                    return $"{name}: the bits of another tile";
            }
        }
        return null;
    }

    private static Results Run(GpuDriver driver, ElementType type, bool wide, in ProductTile tile)
    {
        using var backend = new GpuFastBackend(driver.Hold(), wide);
        using Workspace workspace = backend.CreateWorkspace();
        workspace.Reset(1 << 20);
        NarrowMatrix up = Matrix(backend, type, Hidden, Inputs, 2, 3);
        NarrowMatrix down = Matrix(backend, type, Outputs, Hidden, 4, null);
        NarrowMatrix last = Matrix(backend, type, Hidden, Hidden - 1, 5, null);
        Tensor x = Put(backend, workspace, Rows, Inputs, 1);
        Tensor products = workspace.Take(Rows, Hidden);
        backend.Linear(in tile, x, up, ActivationKind.Identity, default, products);
        Tensor taken = workspace.Take(Rows, Hidden);
        var hidden = new Tensor(taken.Address, taken.Rows, taken.Columns, taken.Stride, isNarrow: true);
        backend.Linear(in tile, x, up, ActivationKind.Gelu, default, hidden);
        Tensor residual = Put(backend, workspace, Rows, Outputs, 6);
        backend.Linear(in tile, hidden, down, ActivationKind.Identity, residual, residual);
        Tensor unaligned = workspace.Take(Rows, Hidden);
        backend.Linear(in tile, hidden.ColumnRange(1, Hidden - 1), last, ActivationKind.Relu, default, unaligned);
        return new Results(Get(backend, products), Get(backend, residual), Get(backend, unaligned));
    }

    private static NarrowMatrix Matrix(
        GpuFastBackend backend, ElementType type, int outputs, int inputs, int seed, int? biasSeed) =>
        (NarrowMatrix)backend.LoadMatrix(
            new RandomRows(outputs, inputs, type, seed),
            biasSeed is { } bias ? new RandomRows(outputs, 1, ElementType.F32, bias) : null);

    private static Tensor Put(GpuFastBackend backend, Workspace workspace, int rows, int columns, int seed)
    {
        var batch = new PackedBatch();
        int[] ids = [.. Enumerable.Range(0, rows)];
        batch.Add(ids, default, 0);
        Tensor tensor = workspace.Take(rows, columns);
        Table table = backend.LoadTable(new RandomRows(rows, columns, ElementType.F32, seed), false);
        backend.Gather(batch, table, 1f, null, null, tensor);
        return tensor;
    }

    private static float[] Get(GpuFastBackend backend, Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        backend.Download(tensor, values);
        return values;
    }

    // In double, of factors that have 16 bits.
    private static double[] Expected(ElementType type)
    {
        var x = new RandomRows(Rows, Inputs, ElementType.F32, 1);
        var w = new RandomRows(Hidden, Inputs, type, 2);
        var bias = new RandomRows(Hidden, 1, ElementType.F32, 3);
        var sums = new double[Rows * Hidden];
        for (int i = 0; i < sums.Length; i++)
        {
            (int row, int column) = (i / Hidden, i % Hidden);
            double sum = bias[column, 0];
            for (int k = 0; k < Inputs; k++)
                sum += (double)x[row, k] * w[column, k];
            sums[i] = sum;
        }
        return sums;
    }

    private static bool AreNear(float[] found, double[] expected, double bound)
    {
        for (int i = 0; i < found.Length; i++)
        {
            if (!(Math.Abs(found[i] - expected[i]) <= bound))
                return false;
        }
        return true;
    }

    private static bool AreNear(float[] found, float[] expected, double bound) =>
        AreNear(found, Array.ConvertAll(expected, value => (double)value), bound);

    private readonly record struct Results(float[] Products, float[] Residual, float[] Unaligned)
    {
        public bool Equals(Results other) =>
            Products.AsSpan().SequenceEqual(other.Products) && Residual.AsSpan().SequenceEqual(other.Residual)
            && Unaligned.AsSpan().SequenceEqual(other.Unaligned);

        public override int GetHashCode() => Products.Length;
    }

    /// <summary>
    /// Numbers in −1 … 1 of eight bits and eight exponents, which f16 and bf16 have: nothing is rounded when they are
    /// narrowed, and what is summed depends on the order.
    /// </summary>
    private sealed class RandomRows(int rows, int columns, ElementType type, int seed) : IRowSource
    {
        public int Rows => rows;

        public int Columns => columns;

        public ElementType Type => type;

        public float this[int row, int column]
        {
            get
            {
                uint hash = (uint)((((seed * 1009) + row) * 1013) + column) * 2654435761u;
                hash = (hash ^ (hash >> 15)) * 2246822519u;
                return MathF.ScaleB((int)(hash >> 24) - 128, -7 - (int)((hash >> 16) & 7));
            }
        }

        public void Read(int firstRow, Span<float> destination)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = this[firstRow + (i / columns), i % columns];
        }

        public void Read(int firstRow, Span<ushort> destination) =>
            throw new NotSupportedException("The products of fast mode are read as f32.");
    }
}
