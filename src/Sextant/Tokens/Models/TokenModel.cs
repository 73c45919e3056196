namespace Sextant.Tokens;

/// <summary>
/// Turns a word into tokens. Has no state of its own beyond what was loaded: one instance serves all threads.
/// </summary>
internal abstract class TokenModel
{
    internal abstract Vocabulary Vocabulary { get; }

    /// <summary>The id that stands for what the vocabulary cannot spell; -1 for none.</summary>
    internal virtual int UnknownId => -1;

    /// <summary>
    /// Replaces the content of <paramref name="pieces"/> by the tokens of <paramref name="word"/> (not empty).
    /// </summary>
    internal abstract void Tokenize(ReadOnlySpan<char> word, PieceList pieces);
}

/// <summary>A token of a word: its id and its range within the word, in UTF-16 units.</summary>
internal readonly record struct Piece(int Id, int Start, int End);

/// <summary>The tokens of one word, and room for a model's work. Reused; grows and never shrinks.</summary>
internal sealed class PieceList
{
    private Piece[] _pieces = new Piece[32];
    private ulong[] _hashes = new ulong[128];
    private PathNode[] _path = [];

    /// <summary>Room for the merges of a word.</summary>
    internal MergeWork Merges { get; } = new();

    internal int Count { get; private set; }

    internal ReadOnlySpan<Piece> Pieces => _pieces.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal void Add(int id, int start, int end)
    {
        if (Count == _pieces.Length)
            Array.Resize(ref _pieces, Count * 2);
        _pieces[Count++] = new Piece(id, start, end);
    }

    /// <summary>Takes back all pieces but the first <paramref name="count"/>.</summary>
    internal void Truncate(int count) => Count = count;

    /// <summary>Room for the best path through a word.</summary>
    internal Span<PathNode> Path(int length)
    {
        if (_path.Length < length)
            _path = new PathNode[Math.Max(length, _path.Length * 2)];
        return _path.AsSpan(0, length);
    }

    internal ulong[] Hashes(int length)
    {
        if (_hashes.Length < length)
            _hashes = new ulong[Math.Max(length, _hashes.Length * 2)];
        return _hashes;
    }
}
