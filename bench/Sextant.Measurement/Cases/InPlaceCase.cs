namespace Sextant.Measurement.Cases;

/// <summary>
/// A case whose kernel overwrites its input: as many copies as lie in a fast cache take turns, and all are renewed,
/// untimed, when they are used up. A second run over its own result would tend to zeros and denormals.
/// </summary>
internal abstract unsafe class InPlaceCase : KernelCase
{
    private const long MaxBytes = 256 << 10;
    private readonly float* _source;
    private readonly float* _copies;
    private int _next;

    protected InPlaceCase(int count, int seed)
    {
        Count = count;
        Copies = (int)Math.Max(1, MaxBytes / (count * sizeof(float)));
        _source = Floats(count, seed, 2f);
        _copies = Floats((long)count * Copies, seed);
    }

    public override int RunsPerRefresh => Copies;

    public override long WorkingSet => (long)Count * sizeof(float) * Copies;

    protected override Span<int> Output => new(_copies, Count);

    /// <summary>Elements of one copy.</summary>
    protected int Count { get; }

    /// <summary>What a run starts from.</summary>
    protected float* Source => _source;

    private int Copies { get; }

    public override void Refresh()
    {
        for (int i = 0; i < Copies; i++)
            Buffer.MemoryCopy(_source, _copies + (long)i * Count, Count * 4L, Count * 4L);
        _next = 0;
    }

    public override void Run()
    {
        RunOn(_copies + (long)_next * Count);
        _next = _next + 1 == Copies ? 0 : _next + 1;
    }

    protected abstract void RunOn(float* x);

    protected abstract void RunReferenceOn(float* x);

    // The input is the output: poison would be computed with.
    protected override void Poison()
    {
    }

    protected override int RunReference(bool whole)
    {
        RunReferenceOn(_copies);
        return Count;
    }
}
