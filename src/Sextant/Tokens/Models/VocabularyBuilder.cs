namespace Sextant.Tokens;

/// <summary>Collects tokens and ids while a file is read, and refuses what no vocabulary needs.</summary>
internal sealed class VocabularyBuilder(string file)
{
    /// <summary>
    /// Ids below this are accepted: four times the largest vocabulary known, and small enough to index an array.
    /// </summary>
    internal const int IdLimit = 1 << 22;

    /// <summary>The longest accepted token, in UTF-16 units.</summary>
    internal const int TokenLimit = 1 << 14;

    private char[] _pool = new char[1 << 16];
    private int[] _starts = new int[1 << 12];
    private int[] _ids = new int[1 << 12];
    private int _used;

    internal int Count { get; private set; }

    /// <summary>
    /// Room for a token of at most <paramref name="length"/> units; write there, then <see cref="Add"/>.
    /// </summary>
    internal Span<char> Room(int length)
    {
        if (_pool.Length - _used < length)
            Array.Resize(ref _pool, (int)Math.Min(Array.MaxLength, Math.Max(_pool.Length * 2L, (long)_used + length)));
        return _pool.AsSpan(_used, length);
    }

    /// <summary>Adds the token whose <paramref name="length"/> units were written to <see cref="Room"/>.</summary>
    internal void Add(int length, int id)
    {
        if (length > TokenLimit)
            throw Refusal($"a token of {length} UTF-16 units; at most {TokenLimit} are accepted.");
        if ((uint)id >= IdLimit)
        {
            throw Refusal(
                $"token '{_pool.AsSpan(_used, length)}' has id {id}; ids from 0 to {IdLimit - 1} are accepted.");
        }
        if (Count + 1 >= _starts.Length)
        {
            Array.Resize(ref _starts, _starts.Length * 2);
            Array.Resize(ref _ids, _ids.Length * 2);
        }
        _ids[Count++] = id;
        _used += length;
        _starts[Count] = _used;
    }

    internal InvalidModelException Refusal(string problem) => new(file, problem);

    internal (char[] Pool, int[] Starts, int[] Ids) Take() =>
        (_pool.AsSpan(0, _used).ToArray(), _starts.AsSpan(0, Count + 1).ToArray(), _ids.AsSpan(0, Count).ToArray());
}
