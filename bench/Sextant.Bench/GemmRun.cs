using System.Diagnostics;
using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Bench;

/// <summary>One matrix product on random data, with enough copies of the weights that each run finds them cold.</summary>
internal sealed unsafe class GemmRun : IDisposable
{
    private readonly KernelSet _kernels;
    private readonly List<NativeBlock> _memory = [];
    private readonly GemmArguments[] _copies;
    private int _next;

    public GemmRun(Isa isa, StoredType type, int rows, int outputs, int inputs, long coldBytes = 0)
    {
        _kernels = new KernelSet(isa);
        long bytes = PackedMatrix.PanelBytes(type, outputs, inputs);
        _copies = new GemmArguments[Math.Max(1, coldBytes / bytes)];
        var random = new Random(7);
        float* x = Floats(rows * inputs), y = Floats(rows * outputs), bias = Floats(outputs + 16);
        float* scratch = Floats(GemmArguments.ScratchLength(inputs));
        for (int i = 0; i < rows * inputs; i++)
            x[i] = (float)(random.NextDouble() - 0.5);
        new Span<float>(bias, outputs + 16).Clear();
        for (int c = 0; c < _copies.Length; c++)
        {
            byte* panels = (byte*)Allocate(bytes);
            if (type == StoredType.F32)
            {
                for (long i = 0; i < bytes / 4; i++)
                    ((float*)panels)[i] = (float)(random.NextDouble() - 0.5);
            }
            else
            {
                for (long i = 0; i < bytes / 2; i++)
                    ((ushort*)panels)[i] = (ushort)(0x3000 + random.Next(0x800));
            }
            _copies[c] = new GemmArguments
            {
                X = x,
                XStride = inputs,
                Rows = rows,
                Weight = new PackedMatrix(panels, type, outputs, inputs, bias),
                EndPanel = (outputs + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth,
                Y = y,
                YStride = outputs,
                Scratch = scratch,
            };
        }
        Flops = 2.0 * rows * outputs * inputs;
    }

    public double Flops { get; }

    public void Run()
    {
        _next = _next + 1 == _copies.Length ? 0 : _next + 1;
        _kernels.Gemm.Run(_copies[_next]);
    }

    /// <summary>GFLOP/s over about <paramref name="milliseconds"/>.</summary>
    public double Measure(int milliseconds)
    {
        long start = Stopwatch.GetTimestamp();
        int runs = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds)
        {
            Run();
            runs++;
        }
        return runs * Flops / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    public void Dispose()
    {
        foreach (NativeBlock block in _memory)
            block.Dispose();
    }

    private float* Floats(int count) => (float*)Allocate((long)count * sizeof(float));

    // As the library does it: large pages where there are any.
    private void* Allocate(long bytes)
    {
        var block = new NativeBlock(bytes);
        _memory.Add(block);
        return block.Pointer;
    }
}
