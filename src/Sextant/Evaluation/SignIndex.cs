using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Signs of vectors, ranked by Hamming distances alone.</summary>
internal sealed class SignIndex : IVectorIndex, IDisposable
{
    private readonly BinaryIndex _codes;

    public SignIndex(int dimensions, ReadOnlySpan<float> vectors)
    {
        _codes = new BinaryIndex(dimensions);
        (Dimensions, Count) = (dimensions, vectors.Length / dimensions);
        byte[] code = new byte[_codes.CodeBytes];
        for (int at = 0; at < vectors.Length; at += dimensions)
        {
            BinaryCode.Encode(vectors.Slice(at, dimensions), code);
            _codes.Add(code);
        }
    }

    public int Dimensions { get; }

    public int Count { get; }

    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        byte[] code = new byte[_codes.CodeBytes];
        BinaryCode.Encode(query, code);
        var found = new BinaryHit[hits.Length];
        int count = _codes.Search(code, found);
        for (int i = 0; i < count; i++)
            hits[i] = new Hit(found[i].Id, -found[i].Distance);
        return count;
    }

    public void Dispose() => _codes.Dispose();
}
