using System.Numerics;
using System.Runtime.InteropServices;

namespace Sextant.Search;

/// <summary>Vectors as codes of one bit per value, its sign, searched exactly by Hamming distance.</summary>
/// <remarks>
/// A bit is set where the value is above zero; the bits behind the last value are zero in all codes. A code takes 1/32
/// of its vector's memory. Threads as in <see cref="FlatIndex"/>.
/// </remarks>
internal sealed class SignIndex
{
    private readonly List<ulong> _codes = [];
    private readonly int _words;

    public SignIndex(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Dimensions = dimensions;
        _words = (dimensions + 63) / 64;
    }

    /// <summary>Length of the vectors, in values and so in bits.</summary>
    public int Dimensions { get; }

    /// <summary>How many codes are held; their ids are 0 … Count − 1.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the codes of whole vectors, one after the other.</summary>
    public void Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length % Dimensions != 0)
        {
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {Dimensions}.", nameof(vectors));
        }
        Span<ulong> code = new ulong[_words];
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..])
        {
            Encode(vectors[..Dimensions], code);
            _codes.AddRange(code);
            Count++;
        }
    }

    /// <summary>Finds the codes nearest to the query's; a hit's score is minus how many bits differ.</summary>
    /// <returns>How many hits were written, best first, the smaller id first among equals.</returns>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits)
    {
        Span<ulong> code = new ulong[_words];
        Encode(query, code);
        var best = new BestHits(hits);
        ReadOnlySpan<ulong> codes = CollectionsMarshal.AsSpan(_codes);
        for (int id = 0; id < Count; id++)
            best.Offer(new Hit(id, -Distance(code, codes.Slice(checked(id * _words), _words))));
        return best.Sort();
    }

    /// <summary>In how many signs two vectors differ.</summary>
    public static int Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        int distance = 0;
        for (int i = 0; i < left.Length; i++)
            distance += left[i] > 0 != right[i] > 0 ? 1 : 0;
        return distance;
    }

    private static int Distance(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int distance = 0;
        for (int i = 0; i < left.Length; i++)
            distance += BitOperations.PopCount(left[i] ^ right[i]);
        return distance;
    }

    private void Encode(ReadOnlySpan<float> vector, Span<ulong> code)
    {
        if (vector.Length != Dimensions)
            throw new ArgumentException($"{vector.Length} values; {Dimensions} are needed.", nameof(vector));
        code.Clear();
        for (int i = 0; i < vector.Length; i++)
            code[i / 64] |= vector[i] > 0 ? 1UL << (i % 64) : 0;
    }
}
