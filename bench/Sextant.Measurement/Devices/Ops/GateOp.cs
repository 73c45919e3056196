using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Cases;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Gated activations: the first F columns of x [T,2F] become kind(first) · last, in place.</summary>
internal sealed class GateOp : BackendOp
{
    public override string Op => "gate";

    public override string Method => nameof(Backend.Gate);

    public override string ShapeForm => "T,F";

    public override IReadOnlyList<string> Variants => ["silu", "gelu", "gelu_new"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[32, 1536]] : [[32, 3072], [4096, 3072]];

    public override BackendCase Create(int[] shape, string variant) =>
        new Case(shape[0], shape[1], ActivationCases.Kind(variant));

    private sealed class Case(int rows, int columns, ActivationKind kind) : BackendCase
    {
        private readonly HostRows _x = new(rows, 2 * columns, 1, 2f);

        public override double Flops => (ActivationCases.FlopsOf(kind) + 1) * rows * columns;

        public override double Bytes => 12.0 * rows * columns;

        public override long TensorElements => ElementsInPlace;

        public override long ElementsInPlace => 2L * rows * columns;

        public override Action Place(Placement to)
        {
            to.InPlace(_x);
            return () => to.Backend.Gate(to.Turn, kind);
        }

        public override double Exact(int index)
        {
            double x = _x.Values[index];
            return index % (2 * columns) < columns ? ActivationCases.Exact(kind, x) * _x.Values[index + columns] : x;
        }
    }
}
