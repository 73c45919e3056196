using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Matrix products of bfloat16 numbers, y [T,F] = narrow(x) [T,K] · w [F,K]ᵀ.</summary>
internal sealed class GemmBFloat16Cases() : OpCases<Kernel<GemmArguments>>(GemmBFloat16Kernels.Table)
{
    public override string ShapeForm => "T,F,K";

    public override IReadOnlyList<string> Variants => ["bf16"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => new GemmCases().Shapes(quick);

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape,
        new KernelSet(isa).PairsBFloat16);

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<GemmArguments> _kernel;
        private readonly Kernel<GemmArguments> _reference;
        private readonly GemmArguments _arguments;
        private readonly PackedMatrix _plain;

        public Case(Kernel<GemmArguments> kernel, Kernel<GemmArguments> reference, int[] shape, bool pairs)
        {
            (_kernel, _reference) = (kernel, reference);
            (int rows, int outputs, int inputs) = (shape[0], shape[1], shape[2]);
            long bytes = PackedMatrix.PanelBytes(StoredType.BF16, outputs, inputs);
            _plain = Weights(outputs, inputs, bytes);
            // The reference reads weights as they are, assembled kernels pairs.
            PackedMatrix weight = pairs && inputs % 2 == 0 ? Weights(outputs, inputs, bytes).Paired() : _plain;
            _arguments = new GemmArguments
            {
                X = Floats((long)rows * inputs, 1),
                XStride = inputs,
                Rows = rows,
                Weight = weight,
                EndPanel = weight.PanelCount,
                Y = Floats((long)rows * outputs, 3),
                YStride = outputs,
                Scratch = Floats(GemmArguments.NarrowScratchLength(inputs), 4),
            };
            Flops = 2.0 * rows * outputs * inputs;
            Bytes = 4.0 * rows * inputs + bytes + 4.0 * rows * outputs;
        }

        public override double Flops { get; }

        public override string Unit => "bf16";

        public override double Bytes { get; }

        protected override Span<int> Output =>
            new(_arguments.Y, checked(_arguments.Rows * _arguments.Weight.Outputs));

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            GemmArguments part = _arguments;
            part.Weight = _plain;
            double row = (double)part.Weight.Outputs * part.Weight.Inputs;
            part.Rows = whole ? part.Rows : (int)Math.Clamp(1e7 / row, 1, part.Rows);
            _reference(part);
            return part.Rows * part.Weight.Outputs;
        }

        protected override double Exact(int index)
        {
            int row = index / _plain.Outputs, output = index % _plain.Outputs;
            int panel = output / PackedMatrix.PanelWidth, column = output % PackedMatrix.PanelWidth;
            var data = (ushort*)_plain.PanelAt(panel);
            double sum = 0;
            for (int k = 0; k < _plain.Inputs; k++)
            {
                sum += (double)BFloat16Numbers.Narrow(_arguments.X[(long)row * _plain.Inputs + k])
                    * BitConverter.Int32BitsToSingle(data[(long)k * _plain.WidthOf(panel) + column] << 16);
            }
            return sum;
        }

        private PackedMatrix Weights(int outputs, int inputs, long bytes)
        {
            long count = bytes / sizeof(ushort);
            float* values = Floats(count, 5, 0.5f);
            var narrow = (ushort*)Allocate(bytes);
            for (long i = 0; i < count; i++)
                narrow[i] = BFloat16Numbers.Bits(values[i]);
            return new PackedMatrix((byte*)narrow, StoredType.BF16, outputs, inputs, null);
        }
    }
}
