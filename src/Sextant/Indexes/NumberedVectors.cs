using System.Globalization;

namespace Sextant.Indexes;

/// <summary>
/// An index in memory of vectors that are no one's documents, added one after the other: their ids are 0, 1, 2 …
/// </summary>
internal sealed class NumberedVectors : IDisposable
{
    // A multiple of 64: so segments begin where the one before ends, and ids have no gaps.
    private const int MaxRows = 1 << 16;
    private const long MaxFloats = 16 << 20;

    private readonly VectorIndex _index;
    private readonly int _maxFloats;
    private float[] _waiting = [];
    private int _waitingFloats;
    private int _documents;

    public NumberedVectors(IndexDefinition definition)
    {
        _index = VectorIndex.Create(definition);
        long rows = Math.Clamp(MaxFloats / definition.Dimensions, 64, MaxRows) / 64 * 64;
        _maxFloats = (int)(rows * definition.Dimensions);
    }

    /// <summary>Adds whole vectors, row by row. What is refused is refused as a whole, if it comes first.</summary>
    /// <exception cref="ArgumentException">They are not whole vectors, or a value has no code.</exception>
    public void Add(ReadOnlySpan<float> vectors)
    {
        int dimensions = _index.Definition.Dimensions;
        if (vectors.Length % dimensions != 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{vectors.Length} values are not whole vectors of {dimensions} dimensions."), nameof(vectors));
        }
        while (!vectors.IsEmpty)
        {
            int taken = Math.Min(vectors.Length, _maxFloats - _waitingFloats);
            int needed = _waitingFloats + taken;
            if (needed > _waiting.Length)
                Array.Resize(ref _waiting, (int)Math.Min(_maxFloats, Math.Max(2L * _waiting.Length, needed)));
            vectors[..taken].CopyTo(_waiting.AsSpan(_waitingFloats));
            vectors = vectors[taken..];
            _waitingFloats += taken;
            if (_waitingFloats == _maxFloats)
                Flush();
        }
    }

    /// <summary>Ends adding, and opens what was added.</summary>
    public IndexReader Read(int? threads)
    {
        Flush();
        _index.Commit();
        return _index.Read(threads);
    }

    public void Dispose() => _index.Dispose();

    private void Flush()
    {
        if (_waitingFloats == 0)
            return;
        _index.Upsert(new IndexDocument
        {
            Key = _documents++.ToString(CultureInfo.InvariantCulture),
            Vectors = _waiting.AsMemory(0, _waitingFloats),
        });
        _waitingFloats = 0;
    }
}
