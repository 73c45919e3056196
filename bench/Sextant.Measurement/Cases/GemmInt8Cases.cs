using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Matrix products in bytes, y [T,F] = x [T,K] · w [F,K]ᵀ + b, of rows that are quantised already.</summary>
internal sealed class GemmInt8Cases() : OpCases<Kernel<GemmInt8Arguments>>(GemmInt8Kernels.Table)
{
    public override string ShapeForm => "T,F,K";

    public override IReadOnlyList<string> Variants => ["int8"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => new GemmCases().Shapes(quick);

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) =>
        new Case(Best(isa), Reference, shape);

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<GemmInt8Arguments> _kernel;
        private readonly Kernel<GemmInt8Arguments> _reference;
        private readonly GemmInt8Arguments _arguments;

        public Case(Kernel<GemmInt8Arguments> kernel, Kernel<GemmInt8Arguments> reference, int[] shape)
        {
            (_kernel, _reference) = (kernel, reference);
            (int rows, int outputs, int inputs) = (shape[0], shape[1], shape[2]);
            var random = new Random(1);
            long bytes = PackedInt8Matrix.Bytes(outputs, inputs);
            var memory = (byte*)Allocate(bytes);
            new Span<byte>(memory, checked((int)bytes)).Clear();
            var w = new PackedInt8Matrix(memory, outputs, inputs);
            for (int f = 0; f < outputs; f++)
            {
                w.Scales[f] = 1e-3f * (1 + random.NextSingle());
                w.Bias[f] = random.NextSingle();
                for (int k = 0; k < inputs; k++)
                {
                    var weight = (sbyte)random.Next(-127, 128);
                    Weight(w, f, k) = weight;
                    w.Sums[f] += weight;
                }
            }
            int stride = (inputs + 3) & ~3;
            var q = (byte*)Allocate((long)rows * stride);
            random.NextBytes(new Span<byte>(q, checked(rows * stride)));
            var offsets = (int*)Allocate(rows * sizeof(int));
            for (int t = 0; t < rows; t++)
                offsets[t] = -random.Next(256);
            _arguments = new GemmInt8Arguments
            {
                Q = q,
                QStride = stride,
                Scales = Floats(rows, 2),
                Offsets = offsets,
                Rows = rows,
                Weight = w,
                EndPanel = w.PanelCount,
                Y = Floats((long)rows * outputs, 3),
                YStride = outputs,
                Scratch = Floats(GemmInt8Arguments.ScratchLength(inputs), 4),
            };
            Flops = 2.0 * rows * outputs * inputs;
            Bytes = (double)rows * inputs + bytes + 4.0 * rows * outputs;
        }

        public override double Flops { get; }

        public override string Unit => "i8";

        public override double Bytes { get; }

        protected override Span<int> Output =>
            new(_arguments.Y, checked(_arguments.Rows * _arguments.Weight.Outputs));

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            GemmInt8Arguments part = _arguments;
            double row = (double)part.Weight.Outputs * part.Weight.Inputs;
            part.Rows = whole ? part.Rows : (int)Math.Clamp(1e7 / row, 1, part.Rows);
            _reference(part);
            return part.Rows * part.Weight.Outputs;
        }

        protected override double Exact(int index)
        {
            PackedInt8Matrix w = _arguments.Weight;
            int row = index / w.Outputs, output = index % w.Outputs;
            long sum = 0;
            for (int k = 0; k < w.Inputs; k++)
            {
                sum += (long)(_arguments.Q[row * _arguments.QStride + k] + _arguments.Offsets[row])
                    * Weight(w, output, k);
            }
            return sum * (double)_arguments.Scales[row] * w.Scales[output] + w.Bias[output];
        }

        private static ref sbyte Weight(PackedInt8Matrix w, int output, int input)
        {
            int panel = output / PackedMatrix.PanelWidth;
            return ref w.PanelAt(panel)[
                PackedInt8Matrix.IndexOf(w.WidthOf(panel), input, output % PackedMatrix.PanelWidth)];
        }
    }
}
