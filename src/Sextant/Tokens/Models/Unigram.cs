using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// The split of a word into tokens whose scores have the largest sum (Kudo 2018), found by Viterbi's algorithm in
/// double precision; of equal sums the first one found stays, candidates taken by their beginning, then by their
/// length. Sums that would be equal in exact arithmetic need not be: the order of additions is the reference's, and so
/// is the last bit of each score (<see cref="ScoreNumber"/>).
/// </summary>
internal sealed class Unigram : TokenModel
{
    // What an unknown code point scores below the lowest token.
    private const double UnknownPenalty = 10;

    private readonly TokenTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknownId;
    private readonly string _file;
    private readonly ByteTokens? _byteTokens;

    private Unigram(ModelFields model)
    {
        ComponentFields fields = model.Fields;
        fields.Expect("vocab", "unk_id", "byte_fallback");
        Vocabulary = model.ScoredVocabulary(out _scores);
        _file = fields.File;
        _unknownId = fields.OptionalCount("unk_id") ?? -1;
        if (_unknownId < 0)
            fields.Reading.Note("tokenizer.json: the model has no unknown token; texts that need it are refused.");
        else if (!Vocabulary.Contains(_unknownId))
            throw fields.Refusal("unk_id", $"{_unknownId}", $"an id of the {Vocabulary.Count} tokens");
        _byteTokens = fields.OptionalFlag("byte_fallback") ?? false ? new ByteTokens(Vocabulary) : null;
        _trie = new TokenTrie(Vocabulary);
        _unknownScore = _scores.Min() - UnknownPenalty;
    }

    internal override Vocabulary Vocabulary { get; }

    internal override int UnknownId => _unknownId;

    internal static TokenModel Read(ModelFields model) => new Unigram(model);

    internal override void Tokenize(ReadOnlySpan<char> word, PieceList pieces)
    {
        pieces.Clear();
        Span<PathNode> path = pieces.Path(word.Length + 1);
        FindPath(word, path);
        // Turn the links around, then walk on.
        for (int end = word.Length; end > 0; end = path[end].Start)
            path[path[end].Start].Next = end;
        for (int start = 0; start < word.Length;)
        {
            int end = path[start].Next, id = path[end].Id;
            if (id == _unknownId)
            {
                // Unknown neighbours are one token.
                while (end < word.Length && path[path[end].Next].Id == _unknownId)
                    end = path[end].Next;
                AddUnknown(word[start..end], pieces, start, end);
            }
            else
            {
                pieces.Add(id, start, end);
            }
            start = end;
        }
    }

    // Of each position: the best way to it.
    private void FindPath(ReadOnlySpan<char> word, Span<PathNode> path)
    {
        path.Fill(new PathNode { Start = -1 });
        path[0].Start = 0;
        for (int start = 0; start < word.Length;)
        {
            double score = path[start].Score;
            int next = start;
            _ = CodePoints.Next(word, ref next);
            bool isKnown = false;
            int node = _trie.Begin(word[start]);
            for (int end = start + 1; node != 0; node = _trie.Follow(node, word[end++]))
            {
                int id = _trie.IdAt(node);
                if (id >= 0)
                {
                    Improve(ref path[end], start, id, score + _scores[id]);
                    isKnown |= end == next;
                }
                if (end == word.Length)
                    break;
            }
            if (!isKnown)
            {
                if (_unknownId < 0)
                    throw NoUnknownToken(word[start..next]);
                Improve(ref path[next], start, _unknownId, score + _unknownScore);
            }
            start = next;
        }
    }

    private InvalidModelException NoUnknownToken(ReadOnlySpan<char> text) => new(_file,
        $"the model has no unknown token ('model.unk_id' is null), and the text '{text}' needs it; "
        + "texts of known pieces are accepted.");

    private static void Improve(ref PathNode node, int start, int id, double score)
    {
        if (node.Start < 0 || score > node.Score)
            (node.Start, node.Id, node.Score) = (start, id, score);
    }

    private void AddUnknown(ReadOnlySpan<char> text, PieceList pieces, int start, int end)
    {
        if (Vocabulary.TryGetId(text, out int id))
        {
            pieces.Add(id, start, end);
            return;
        }
        int count = pieces.Count;
        Span<byte> bytes = stackalloc byte[4];
        Span<int> ids = stackalloc int[4];
        for (int i = 0; _byteTokens is not null && i < text.Length;)
        {
            int length = new Rune(CodePoints.Next(text, ref i)).EncodeToUtf8(bytes);
            if (!_byteTokens.TryGetIds(bytes[..length], ids))
            {
                pieces.Truncate(count);
                break;
            }
            foreach (int byteId in ids[..length])
                pieces.Add(byteId, start, end);
        }
        if (pieces.Count == count)
            pieces.Add(_unknownId, start, end);
    }
}

/// <summary>
/// A position in a word: the best way there (its last token and its score), and where the best split goes on.
/// </summary>
internal struct PathNode
{
    internal double Score;
    internal int Start;
    internal int Id;
    internal int Next;
}
