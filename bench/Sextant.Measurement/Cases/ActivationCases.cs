using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Element-wise functions of x [T,F], in place.</summary>
internal sealed class ActivationCases() : OpCases<ActivationKernel>(ActivationKernels.Table)
{
    public override string ShapeForm => "T,F";

    public override IReadOnlyList<string> Variants => ["gelu", "gelu_new", "silu", "tanh", "relu"];

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 1536]] : [[8, 1536], [32, 1536], [128, 1536]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1],
        Kind(variant));

    /// <summary>Operations of the written sequence for one element.</summary>
    public static double FlopsOf(ActivationKind kind) => kind switch
    {
        ActivationKind.Gelu => 36,     // erf: two fma chains of 5, clamps, a division; three products, a sum
        ActivationKind.GeluTanh => 39, // tanh likewise, and the cubic
        ActivationKind.Silu or ActivationKind.Sigmoid => 24,
        ActivationKind.Tanh => 29,
        _ => 1,
    };

    /// <summary>The function in double.</summary>
    public static double Exact(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Gelu => 0.5 * x * ErrorFunction.OnePlus(x / Math.Sqrt(2)),
        ActivationKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.Tanh => Math.Tanh(x),
        ActivationKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        _ => x,
    };

    /// <summary>The kind that a config calls by this name.</summary>
    public static ActivationKind Kind(string variant) => variant switch
    {
        "gelu_new" => ActivationKind.GeluTanh,
        "silu" => ActivationKind.Silu,
        "tanh" => ActivationKind.Tanh,
        "relu" => ActivationKind.Relu,
        _ => ActivationKind.Gelu,
    };

    private sealed unsafe class Case(
        ActivationKernel kernel, ActivationKernel reference, int rows, int columns, ActivationKind kind)
        : InPlaceCase(rows * columns, 1)
    {
        public override double Flops => FlopsOf(kind) * rows * columns;

        public override double Bytes => 8.0 * rows * columns;

        protected override void RunOn(float* x) => kernel(kind, x, columns, rows, columns);

        protected override void RunReferenceOn(float* x) => reference(kind, x, columns, rows, columns);

        protected override double Exact(int index) => ActivationCases.Exact(kind, Source[index]);
    }
}
