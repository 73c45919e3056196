using System.Buffers.Binary;
using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Rows of x [T,K] as bytes.</summary>
internal sealed class QuantizeCases() : OpCases<Kernel<QuantizeArguments>>(QuantizeKernels.Table)
{
    public override string ShapeForm => "T,K";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[8, 384]] : [[8, 384], [128, 384], [128, 1536]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1]);

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<QuantizeArguments> _kernel;
        private readonly Kernel<QuantizeArguments> _reference;
        private readonly QuantizeArguments _arguments;

        public Case(Kernel<QuantizeArguments> kernel, Kernel<QuantizeArguments> reference, int rows, int columns)
        {
            (_kernel, _reference) = (kernel, reference);
            int stride = (columns + 3) & ~3;
            _arguments = new QuantizeArguments
            {
                X = Floats((long)rows * columns, 1),
                XStride = columns,
                Rows = rows,
                Columns = columns,
                Inverse = Floats(columns, 2),
                Q = (byte*)Allocate((long)rows * stride),
                QStride = stride,
                Scales = Floats(rows, 3),
                Offsets = (int*)Allocate(rows * sizeof(int)),
            };
        }

        // A product and two comparisons, then a product and an fma.
        public override double Flops => 6.0 * _arguments.Rows * _arguments.Columns;

        public override double Bytes => 5.0 * _arguments.Rows * _arguments.Columns;

        protected override bool IsInteger => true;

        // Four bytes at a time.
        protected override Span<int> Output =>
            new(_arguments.Q, checked((int)(_arguments.Rows * _arguments.QStride / sizeof(int))));

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            _reference(_arguments);
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            int perRow = (int)(_arguments.QStride / sizeof(int));
            int row = index / perRow;
            double high = 0, low = 0;
            for (int k = 0; k < _arguments.Columns; k++)
                (high, low) = (Math.Max(high, Value(row, k)), Math.Min(low, Value(row, k)));
            double perUnit = 255 / (high - low);
            double zero = Math.Round(-low * perUnit);
            Span<byte> steps = stackalloc byte[sizeof(int)];
            for (int i = 0; i < sizeof(int); i++)
            {
                int k = index % perRow * sizeof(int) + i;
                steps[i] = k < _arguments.Columns
                    ? (byte)Math.Clamp(Math.Round(Value(row, k) * perUnit + zero), 0, 255)
                    : (byte)0;
            }
            return BinaryPrimitives.ReadInt32LittleEndian(steps);
        }

        private double Value(int row, int k) =>
            (double)_arguments.X[row * _arguments.XStride + k] * _arguments.Inverse[k];
    }
}
