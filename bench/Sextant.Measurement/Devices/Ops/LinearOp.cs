using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Matrix products y [T,F] = x [T,K] · w [F,K]ᵀ + b.</summary>
internal sealed class LinearOp : BackendOp
{
    public override string Op => "gemm";

    public override string Method => nameof(Backend.Linear);

    public override string ShapeForm => "T,F,K";

    public override IReadOnlyList<string> Variants => ["f32", "f16", "bf16"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[1, 384, 384], [32, 384, 384], [128, 1536, 384]]
        :
        [
            [1, 384, 384], [8, 384, 384], [32, 384, 384], [128, 1536, 384], [128, 384, 1536], [512, 3072, 768],
            [4096, 1536, 384],
        ];

    public override BackendCase Create(int[] shape, string variant) =>
        new Case(shape[0], shape[1], shape[2], Type(variant));

    /// <summary>How the weights of a variant are stored.</summary>
    public static ElementType Type(string variant) => variant switch
    {
        "f16" => ElementType.F16,
        "bf16" => ElementType.BF16,
        _ => ElementType.F32,
    };

    private sealed class Case(int rows, int outputs, int inputs, ElementType type) : BackendCase
    {
        private readonly HostRows _x = new(rows, inputs, 1);
        private readonly HostRows _w = new(outputs, inputs, 2, 0.5f, type);
        private readonly HostRows _bias = new(outputs, 1, 3);

        public override double Flops => 2.0 * rows * outputs * inputs;

        public override double Bytes =>
            4.0 * rows * inputs + (type == ElementType.F32 ? 4.0 : 2.0) * outputs * inputs + 4.0 * rows * outputs;

        public override bool IsOfTensorCores => true;

        public override double NarrowBytes => 2.0 * rows * inputs + 2.0 * outputs * inputs + 6.0 * rows * outputs;

        public override long TensorElements => (long)rows * (inputs + outputs);

        public override ScratchNeeds Scratch => new(1, 1, 0, inputs);

        public override Action Place(Placement to)
        {
            Tensor x = to.Tensor(_x), y = to.Result(rows, outputs);
            Matrix w = to.Backend.LoadMatrix(_w, _bias);
            return () => to.Backend.Linear(x, w, ActivationKind.Identity, default, y, to.Scratch);
        }

        public override double Exact(int index) =>
            Formulas.Dot(_x.Row(index / outputs), _w.Row(index % outputs), _bias.Values[index % outputs]);
    }
}
