namespace Sextant;

/// <summary>A token of the vocabulary and how much it stands for a text.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Weight">Above 0.</param>
public readonly record struct TermWeight(int Id, float Weight);

/// <summary>
/// Takes the sparse vectors of a call. Made and kept by the caller, used again and again: it grows to the largest call
/// and then allocates nothing. Not for two threads at once; spans are valid until the next call.
/// </summary>
public sealed class SparseVectors
{
    private TermWeight[] _terms = [];
    private (int Start, int Count)[] _ranges = [];
    private int _used;

    /// <summary>Vectors.</summary>
    public int Count { get; private set; }

    /// <summary>The terms of a text, ascending by id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public ReadOnlySpan<TermWeight> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _terms.AsSpan(_ranges[index].Start, _ranges[index].Count);
        }
    }

    /// <summary>
    /// Σ of products of the weights of terms that both have, ascending by id: a chain of fused multiply-adds.
    /// </summary>
    public static float Dot(ReadOnlySpan<TermWeight> left, ReadOnlySpan<TermWeight> right)
    {
        float sum = 0;
        for (int i = 0, j = 0; i < left.Length && j < right.Length;)
        {
            if (left[i].Id == right[j].Id)
                sum = MathF.FusedMultiplyAdd(left[i++].Weight, right[j++].Weight, sum);
            else if (left[i].Id < right[j].Id)
                i++;
            else
                j++;
        }
        return sum;
    }

    internal void Begin(int count)
    {
        (Count, _used) = (count, 0);
        if (_ranges.Length < count)
            _ranges = new (int, int)[Math.Max(count, 2 * _ranges.Length)];
        _ranges.AsSpan(0, count).Clear();
    }

    // Room for the terms of a vector; what is not needed of it is given back by Set.
    internal Span<TermWeight> Reserve(int terms)
    {
        if (_terms.Length - _used < terms)
            Array.Resize(ref _terms, (int)Math.Min(Math.Max(_used + (long)terms, 2L * _terms.Length), Array.MaxLength));
        return _terms.AsSpan(_used, terms);
    }

    internal void Set(int index, int terms)
    {
        _ranges[index] = (_used, terms);
        _used += terms;
    }
}
