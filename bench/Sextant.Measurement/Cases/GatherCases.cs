using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>
/// Embedding sums of T tokens with H columns: words from a table larger than the caches, types and positions hot.
/// </summary>
internal sealed class GatherCases() : OpCases<Kernel<GatherArguments>>(GatherKernels.Table)
{
    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 384]] : [[8, 384], [32, 384], [128, 384], [128, 768], [128, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], cold);

    private sealed unsafe class Case : KernelCase
    {
        private const int Batches = 256;
        private readonly Kernel<GatherArguments> _kernel;
        private readonly Kernel<GatherArguments> _reference;
        private readonly int* _ids;
        private GatherArguments _arguments;
        private int _next;

        public Case(
            Kernel<GatherArguments> kernel, Kernel<GatherArguments> reference, int rows, int columns, ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            int words = (int)Math.Min(int.MaxValue, cold.Bytes / (columns * sizeof(float)));
            _ids = (int*)Allocate((long)Batches * rows * sizeof(int));
            var types = (int*)Allocate(rows * sizeof(int));
            var positions = (int*)Allocate(rows * sizeof(int));
            var random = new Random(8);
            for (int i = 0; i < Batches * rows; i++)
                _ids[i] = random.Next(words);
            for (int i = 0; i < rows; i++)
                (types[i], positions[i]) = (i & 1, i);
            _arguments = new GatherArguments
            {
                Ids = _ids,
                TypeIds = types,
                Positions = positions,
                Rows = rows,
                Columns = columns,
                Words = cold.Pointer,
                WordType = StoredType.F32,
                Scale = 1f,
                Types = Floats(2L * columns, 2),
                PositionTable = Floats((long)rows * columns, 3),
                Y = Floats((long)rows * columns, 4),
            };
        }

        public override double Flops => 2.0 * _arguments.Rows * _arguments.Columns;

        // The word rows are what must come from memory; positions and types stay in a cache.
        public override double Bytes => 4.0 * _arguments.Rows * _arguments.Columns;

        public override long WorkingSet => long.MaxValue;

        protected override Span<int> Output => new(_arguments.Y, _arguments.Rows * _arguments.Columns);

        public override void Run()
        {
            _next = _next + 1 == Batches ? 0 : _next + 1;
            _arguments.Ids = _ids + (long)_next * _arguments.Rows;
            _kernel(_arguments);
        }

        protected override int RunReference(bool whole)
        {
            _reference(_arguments); // the ids of the run before
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            int row = index / _arguments.Columns, column = index % _arguments.Columns;
            long word = (long)_arguments.Ids[row] * _arguments.Columns + column;
            return (double)((float*)_arguments.Words)[word]
                + _arguments.Types[(long)_arguments.TypeIds[row] * _arguments.Columns + column]
                + _arguments.PositionTable[(long)_arguments.Positions[row] * _arguments.Columns + column];
        }
    }
}
