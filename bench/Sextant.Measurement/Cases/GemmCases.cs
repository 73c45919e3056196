using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Matrix products y [T,F] = x [T,K] · w [F,K]ᵀ + b.</summary>
internal sealed class GemmCases() : OpCases<Kernel<GemmArguments>>(GemmKernels.Table)
{
    public override string ShapeForm => "T,F,K";

    public override IReadOnlyList<string> Variants => ["f32", "f16", "bf16"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[1, 384, 384], [32, 384, 384], [128, 1536, 384]]
        : [[1, 384, 384], [8, 384, 384], [8, 1536, 384], [32, 384, 384], [128, 1536, 384], [128, 384, 1536],
            [512, 3072, 768], [4096, 1536, 384]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) =>
        new Case(Best(isa), Reference, shape, variant switch
        {
            "f16" => StoredType.F16,
            "bf16" => StoredType.BF16,
            _ => StoredType.F32,
        });

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<GemmArguments> _kernel;
        private readonly Kernel<GemmArguments> _reference;
        private readonly GemmArguments _arguments;

        public Case(Kernel<GemmArguments> kernel, Kernel<GemmArguments> reference, int[] shape, StoredType type)
        {
            (_kernel, _reference) = (kernel, reference);
            (int rows, int outputs, int inputs) = (shape[0], shape[1], shape[2]);
            long bytes = PackedMatrix.PanelBytes(type, outputs, inputs);
            float* bias = Floats(PackedMatrix.PaddedOutputs(outputs), 2);
            new Span<float>(bias + outputs, PackedMatrix.PaddedOutputs(outputs) - outputs).Clear();
            _arguments = new GemmArguments
            {
                X = Floats((long)rows * inputs, 1),
                XStride = inputs,
                Rows = rows,
                Weight = new PackedMatrix(Panels(type, bytes), type, outputs, inputs, bias),
                EndPanel = (outputs + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth,
                Y = Floats((long)rows * outputs, 3),
                YStride = outputs,
                Scratch = Floats(GemmArguments.ScratchLength(inputs), 4),
            };
            Flops = 2.0 * rows * outputs * inputs;
            Bytes = 4.0 * rows * inputs + bytes + 4.0 * rows * outputs;
        }

        public override double Flops { get; }

        public override double Bytes { get; }

        protected override Span<int> Output =>
            new(_arguments.Y, checked(_arguments.Rows * _arguments.Weight.Outputs));

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            GemmArguments part = _arguments;
            double row = (double)part.Weight.Outputs * part.Weight.Inputs;
            part.Rows = whole ? part.Rows : (int)Math.Clamp(1e7 / row, 1, part.Rows);
            _reference(part);
            return part.Rows * part.Weight.Outputs;
        }

        protected override double Exact(int index)
        {
            PackedMatrix w = _arguments.Weight;
            int row = index / w.Outputs, output = index % w.Outputs;
            int panel = output / PackedMatrix.PanelWidth, column = output % PackedMatrix.PanelWidth;
            byte* data = w.PanelAt(panel);
            double sum = w.Bias[output];
            for (int k = 0; k < w.Inputs; k++)
                sum += (double)_arguments.X[(long)row * w.Inputs + k]
                    * Widen(data, w.Type, (long)k * w.WidthOf(panel) + column);
            return sum;
        }

        // Values of about ±0.5, so that long sums keep to a few digits before the point.
        private byte* Panels(StoredType type, long bytes)
        {
            long count = bytes / PackedMatrix.ElementSize(type);
            float* values = Floats(count, 5, 0.5f);
            if (type == StoredType.F32)
                return (byte*)values;
            var narrow = (ushort*)Allocate(bytes);
            for (long i = 0; i < count; i++)
            {
                narrow[i] = type == StoredType.F16
                    ? BitConverter.HalfToUInt16Bits((Half)values[i])
                    : (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
            }
            return (byte*)narrow;
        }

        private static double Widen(byte* data, StoredType type, long index) => type switch
        {
            StoredType.F16 => (double)((Half*)data)[index],
            StoredType.BF16 => BitConverter.Int32BitsToSingle(((ushort*)data)[index] << 16),
            _ => ((float*)data)[index],
        };
    }
}
