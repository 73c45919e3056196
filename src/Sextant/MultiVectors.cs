using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant;

/// <summary>
/// Takes the vectors of a call, several of each text. Made and kept by the caller, used again and again: it grows to
/// the largest call and then allocates nothing. Not for two threads at once; spans are valid until the next call.
/// </summary>
public sealed class MultiVectors
{
    private const int ScoresAtOnce = 256;

    private float[] _values = [];
    private (int Start, int Length)[] _ranges = [];
    private int _used;

    /// <summary>Texts.</summary>
    public int Count { get; private set; }

    /// <summary>Length of a vector; 0 before the first call.</summary>
    public int Dimensions { get; private set; }

    /// <summary>The vectors of a text, [n, <see cref="Dimensions"/>], in the order of its tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public ReadOnlySpan<float> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _values.AsSpan(_ranges[index].Start, _ranges[index].Length);
        }
    }

    /// <summary>
    /// MaxSim (Khattab and Zaharia, "ColBERT", SIGIR 2020): for each vector of the query the largest dot product with
    /// one of the document's, added up in the query's order: the bits that an index of such vectors finds.
    /// </summary>
    /// <param name="query">[n, dimensions].</param>
    /// <param name="document">[m, dimensions].</param>
    /// <param name="dimensions">Length of a vector.</param>
    /// <returns>−∞ where the document has no vectors and the query has some; 0 where the query has none.</returns>
    /// <exception cref="ArgumentException">They are no whole vectors.</exception>
    public static float MaxSim(ReadOnlySpan<float> query, ReadOnlySpan<float> document, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (query.Length % dimensions != 0 || document.Length % dimensions != 0)
            throw new ArgumentException($"{query.Length} or {document.Length} values are no vectors of {dimensions}.");
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        float sum = 0;
        for (int at = 0; at < query.Length; at += dimensions)
            sum += Largest(query.Slice(at, dimensions), document);
        return sum;
    }

    internal void Begin(int count, int dimensions)
    {
        (Count, Dimensions, _used) = (count, dimensions, 0);
        if (_ranges.Length < count)
            _ranges = new (int, int)[Math.Max(count, 2 * _ranges.Length)];
        _ranges.AsSpan(0, count).Clear();
    }

    // Room for a text's vectors.
    internal Span<float> Add(int index, int length)
    {
        if (_values.Length - _used < length)
        {
            Array.Resize(
                ref _values, (int)Math.Min(Math.Max(_used + (long)length, 2L * _values.Length), Array.MaxLength));
        }
        _ranges[index] = (_used, length);
        _used += length;
        return _values.AsSpan(_used - length, length);
    }

    private static unsafe float Largest(ReadOnlySpan<float> query, ReadOnlySpan<float> document)
    {
        DotKernel dot = KernelSet.Chosen.Dot.Run;
        float* scores = stackalloc float[ScoresAtOnce];
        float most = float.NegativeInfinity;
        fixed (float* one = query, rows = document)
        {
            int count = document.Length / query.Length;
            for (int first = 0; first < count; first += ScoresAtOnce)
            {
                int some = Math.Min(ScoresAtOnce, count - first);
                dot(one, rows + ((nint)first * query.Length), some, query.Length, scores);
                for (int i = 0; i < some; i++)
                    most = most > scores[i] ? most : scores[i];
            }
        }
        return most;
    }
}
