using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>
/// One head of one sequence, y [n,D] = softmax(q · kᵀ · scale) · v, inside rows of 3·12·D as a model has them.
/// </summary>
/// <param name="table">The op: in f32 or of bfloat16 numbers.</param>
/// <param name="isNarrow">Whether it is of bfloat16 numbers.</param>
internal sealed class AttentionCases(KernelTable<Kernel<AttentionArguments>> table, bool isNarrow)
    : OpCases<Kernel<AttentionArguments>>(table)
{
    // exp in the written sequence (10 fma and 3 others), the maximum, the scaling fma, the sum.
    public const double SoftmaxFlops = 27;
    private const int Heads = 12;

    // Tokens that a query sees on each side, as ModernBERT's local layers have it.
    private const int Window = 64;

    public override string ShapeForm => "n,D";

    public override IReadOnlyList<string> Variants => ["full", "causal", "window"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[32, 32], [128, 32]] : [[8, 32], [32, 32], [128, 32], [512, 32], [128, 64], [512, 64]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, isNarrow, shape[0], shape[1], variant switch
        {
            "causal" => (AttentionArguments.Everything, 0),
            "window" => (Window, Window),
            _ => (AttentionArguments.Everything, AttentionArguments.Everything),
        });

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<AttentionArguments> _kernel;
        private readonly Kernel<AttentionArguments> _reference;
        private readonly AttentionArguments _arguments;
        private readonly float* _operands;
        private readonly bool _isNarrow;

        public Case(
            Kernel<AttentionArguments> kernel, Kernel<AttentionArguments> reference, bool isNarrow, int tokens,
            int headSize, (int Before, int After) visible)
        {
            (_kernel, _reference, _isNarrow) = (kernel, reference, isNarrow);
            int stride = 3 * Heads * headSize;
            float* qkv = Floats((long)tokens * stride, 1);
            _operands = Floats((long)tokens * stride, 1);
            for (long i = 0; isNarrow && i < (long)tokens * stride; i++)
                _operands[i] = BFloat16Numbers.Narrow(qkv[i]);
            _arguments = new AttentionArguments
            {
                Q = qkv,
                K = qkv + Heads * headSize,
                V = qkv + 2 * Heads * headSize,
                Stride = stride,
                Tokens = tokens,
                HeadSize = headSize,
                Scale = 1f / MathF.Sqrt(headSize),
                Before = visible.Before,
                After = visible.After,
                Y = Floats((long)tokens * headSize, 2),
                YStride = headSize,
                Scratch = Floats(AttentionArguments.ScratchLength(tokens, headSize), 3),
            };
            for (int i = 0; i < tokens; i++)
                Flops += (EndKey(i) - FirstKey(i)) * (4.0 * headSize + SoftmaxFlops);
            Bytes = 16.0 * tokens * headSize;
        }

        public override double Flops { get; }

        public override string Unit => _isNarrow ? "bf16" : "f32";

        public override double Bytes { get; }

        // The probabilities are narrowed too.
        protected override double MaxNmse => _isNarrow ? Accuracy.MaxNarrowNmse : Accuracy.MaxExactNmse;

        protected override Span<int> Output => new(_arguments.Y, _arguments.Tokens * _arguments.HeadSize);

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            _reference(_arguments);
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            AttentionArguments a = _arguments;
            int i = index / a.HeadSize;
            int stride = (int)a.Stride, length = (a.Tokens - 1) * stride + a.HeadSize;
            float* k = _operands + (a.K - a.Q), v = _operands + (a.V - a.Q);
            return Formulas.Attention(
                new(_operands + (long)i * a.Stride, a.HeadSize), new(k, length), new(v, length), stride, a.Scale,
                FirstKey(i), EndKey(i), index % a.HeadSize);
        }

        private int FirstKey(int i) => i > _arguments.Before ? i - _arguments.Before : 0;

        private int EndKey(int i) => (int)Math.Min(_arguments.Tokens, (long)i + _arguments.After + 1);
    }
}
