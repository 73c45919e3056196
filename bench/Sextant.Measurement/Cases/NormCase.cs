using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>A norm of the rows of x [T,H] to y [T,H].</summary>
/// <typeparam name="TArguments">What its kernels take.</typeparam>
internal abstract unsafe class NormCase<TArguments> : KernelCase
    where TArguments : struct
{
    private readonly Kernel<TArguments> _kernel;
    private readonly Kernel<TArguments> _reference;

    protected NormCase(Kernel<TArguments> kernel, Kernel<TArguments> reference, int rows, int columns)
    {
        (_kernel, _reference, Rows, Columns) = (kernel, reference, rows, columns);
        X = Floats((long)rows * columns, 1);
        Y = Floats((long)rows * columns, 2);
        Gamma = Floats(columns, 3);
    }

    public override double Bytes => 8.0 * Rows * Columns + 4.0 * Vectors * Columns;

    protected override Span<int> Output => new(Y, Rows * Columns);

    /// <summary>Vectors of H elements that every row is computed with.</summary>
    protected abstract int Vectors { get; }

    /// <summary>x, y and γ together with what else the kernels take: set by the norm's constructor.</summary>
    protected TArguments Arguments { get; set; }

    protected int Rows { get; }

    protected int Columns { get; }

    protected float* X { get; }

    protected float* Y { get; }

    protected float* Gamma { get; }

    public override void Run() => _kernel(Arguments);

    protected override int RunReference(bool whole)
    {
        _reference(Arguments);
        return Output.Length;
    }

    /// <summary>The row that an output is in.</summary>
    protected ReadOnlySpan<float> RowOf(int index) => new(X + index / Columns * (long)Columns, Columns);
}
