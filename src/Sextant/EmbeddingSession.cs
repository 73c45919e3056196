using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tokens;

namespace Sextant;

/// <summary>What one call works in. Sessions are kept and used again, so that a call allocates nothing.</summary>
internal sealed class EmbeddingSession(Workspace workspace) : IDisposable
{
    private char[] _text = [];
    private int[] _ids = [];
    private float[] _vectors = [];

    public TokenBuffer Tokens { get; } = new();

    public SequenceStore Sequences { get; } = new();

    public PackedBatch Batch { get; } = new();

    public Workspace Workspace { get; } = workspace;

    /// <summary>Memory for the vectors of a batch, which the device hands over in one piece.</summary>
    public Span<float> Vectors(int length)
    {
        if (_vectors.Length < length)
            _vectors = new float[Math.Max(length, 2 * _vectors.Length)];
        return _vectors.AsSpan(0, length);
    }

    /// <summary>Prompt and text, one after the other.</summary>
    public ReadOnlySpan<char> Compose(string prompt, ReadOnlySpan<char> text)
    {
        if (prompt.Length == 0)
            return text;
        int length = prompt.Length + text.Length;
        if (_text.Length < length)
            _text = new char[Math.Max(length, 2 * _text.Length)];
        Span<char> whole = _text.AsSpan(0, length);
        prompt.CopyTo(whole);
        text.CopyTo(whole[prompt.Length..]);
        return whole;
    }

    /// <summary>The ids without one of them.</summary>
    public ReadOnlySpan<int> Without(int unwanted, ReadOnlySpan<int> ids)
    {
        if (!ids.Contains(unwanted))
            return ids;
        if (_ids.Length < ids.Length)
            _ids = new int[Math.Max(ids.Length, 2 * _ids.Length)];
        int count = 0;
        foreach (int id in ids)
        {
            if (id != unwanted)
                _ids[count++] = id;
        }
        return _ids.AsSpan(0, count);
    }

    /// <summary>Ids with one more after them, and their types, if there are any, with the last one's again.</summary>
    public Ends WithEnd(int id, ReadOnlySpan<int> ids, ReadOnlySpan<int> types)
    {
        int count = ids.Length;
        if (_ids.Length < 2 * (count + 1))
            _ids = new int[Math.Max(2 * (count + 1), 2 * _ids.Length)];
        Span<int> longer = _ids.AsSpan(0, count + 1);
        ids.CopyTo(longer);
        longer[count] = id;
        Span<int> longerTypes = types.IsEmpty ? default : _ids.AsSpan(count + 1, count + 1);
        if (!types.IsEmpty)
        {
            types.CopyTo(longerTypes);
            longerTypes[count] = types[^1];
        }
        return new Ends(longer, longerTypes);
    }

    /// <summary>Ids and types of <see cref="WithEnd"/>.</summary>
    public readonly ref struct Ends(ReadOnlySpan<int> ids, ReadOnlySpan<int> types)
    {
        private readonly ReadOnlySpan<int> _ids = ids;
        private readonly ReadOnlySpan<int> _types = types;

        public void Deconstruct(out ReadOnlySpan<int> ids, out ReadOnlySpan<int> types)
        {
            ids = _ids;
            types = _types;
        }
    }

    public void Dispose() => Workspace.Dispose();
}
