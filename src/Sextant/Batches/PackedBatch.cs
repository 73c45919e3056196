namespace Sextant.Batches;

/// <summary>Sequences laid end to end, without padding. Grows as needed and is used again and again.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class PackedBatch
{
    private static long s_versions;

    private int[] _ids = [];
    private int[] _typeIds = [];
    private int[] _positions = [];
    private int[] _starts = [0];
    private int[] _skips = [];
    private PackedBatch? _parts;
    private UnseenTokens? _unseen;

    /// <summary>T.</summary>
    public int Tokens { get; private set; }

    /// <summary>S.</summary>
    public int Sequences { get; private set; }

    /// <summary>Token ids [T].</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Tokens);

    /// <summary>Token type ids [T].</summary>
    public ReadOnlySpan<int> TypeIds => _typeIds.AsSpan(0, Tokens);

    /// <summary>
    /// The padding token's id p where positions are counted from p + 1 on and p is that token's own position, also
    /// where a text spells it out; null where positions are 0, 1, 2 … Holds for what is added next.
    /// </summary>
    public int? PaddingId { get; set; }

    /// <summary>Position of each token in its sequence [T].</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Tokens);

    /// <summary>Where each sequence starts, and where the last one ends [S + 1].</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Sequences + 1);

    /// <summary>Tokens at the start of each sequence that pooling leaves out [S].</summary>
    public ReadOnlySpan<int> Skips => _skips.AsSpan(0, Sequences);

    /// <summary>
    /// Changes with the content, and is no other batch's, so that a device knows what it holds already.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>Another batch, for ops on parts of this one.</summary>
    public PackedBatch Parts => _parts ??= new PackedBatch();

    /// <summary>The sequences where some have last tokens that no token sees; null where all are seen.</summary>
    public UnseenTokens? Unseen => _unseen is { Copies.IsEmpty: false } ? _unseen : null;

    public void Clear()
    {
        Tokens = Sequences = 0;
        _unseen?.Clear();
        Version = Interlocked.Increment(ref s_versions);
    }

    /// <summary>
    /// Adds a sequence; empty <paramref name="typeIds"/> are zeros. No token sees the last <paramref name="unseen"/>.
    /// </summary>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<int> typeIds, int skip, int unseen = 0)
    {
        if (unseen > 0 && Unseen is null)
        {
            // All are copied where one is, so that attention runs once.
            _unseen ??= new UnseenTokens();
            for (int s = 0; s < Sequences; s++)
                _unseen.Add(Ids[_starts[s].._starts[s + 1]], _starts[s], unseen: 0);
        }
        if (unseen > 0 || Unseen is not null)
            _unseen!.Add(ids, Tokens, unseen);
        Version = Interlocked.Increment(ref s_versions);
        int first = Tokens;
        int end = first + ids.Length;
        Grow(ref _ids, end);
        Grow(ref _typeIds, end);
        Grow(ref _positions, end);
        Grow(ref _starts, Sequences + 2);
        Grow(ref _skips, Sequences + 1);
        ids.CopyTo(_ids.AsSpan(first));
        if (typeIds.IsEmpty)
            _typeIds.AsSpan(first, ids.Length).Clear();
        else
            typeIds.CopyTo(_typeIds.AsSpan(first));
        AddPositions(ids, _positions.AsSpan(first));
        _skips[Sequences] = skip;
        Tokens = end;
        Sequences++;
        _starts[Sequences] = end;
    }

    private void AddPositions(ReadOnlySpan<int> ids, Span<int> positions)
    {
        int next = PaddingId + 1 ?? 0;
        for (int i = 0; i < ids.Length; i++)
            positions[i] = ids[i] == PaddingId ? ids[i] : next++;
    }

    private static void Grow(ref int[] array, int length)
    {
        if (array.Length < length)
            Array.Resize(ref array, Math.Max(length, 2 * array.Length));
    }
}
