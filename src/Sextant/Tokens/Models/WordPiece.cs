namespace Sextant.Tokens;

/// <summary>
/// WordPiece: the longest token a word begins with, then the longest continuation, and so on; a word that cannot be
/// spelled this way, or is too long, is one unknown token.
/// </summary>
internal sealed class WordPiece : TokenModel
{
    private readonly string _prefix;
    private readonly ulong _prefixHash;
    private readonly int _longestWord;
    private readonly UnknownWord _unknown;
    // Only lengths that occur are tried, longest first; FirstTry tells where to begin for so many units left.
    private readonly int[] _wordLengths, _wordFirstTry;
    private readonly int[] _continuationLengths, _continuationFirstTry;

    internal WordPiece(Vocabulary vocabulary, UnknownWord unknown, string prefix, int longestWord)
    {
        Vocabulary = vocabulary;
        _unknown = unknown;
        (_prefix, _longestWord) = (prefix, longestWord);
        // A prefix longer than every token only means that no word has a second token.
        _prefixHash = vocabulary.Hash.Of(prefix);
        (_wordLengths, _wordFirstTry) = Lengths(vocabulary, "");
        (_continuationLengths, _continuationFirstTry) = Lengths(vocabulary, prefix);
    }

    internal static TokenModel Read(ModelFields model)
    {
        ComponentFields fields = model.Fields;
        fields.Expect("vocab", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word");
        Vocabulary vocabulary = model.Vocabulary();
        return new WordPiece(vocabulary, model.UnknownWord(vocabulary, fields.Text("unk_token")),
            fields.Text("continuing_subword_prefix"), fields.Count("max_input_chars_per_word"));
    }

    internal override Vocabulary Vocabulary { get; }

    internal override int UnknownId => _unknown.Id;

    internal override void Tokenize(ReadOnlySpan<char> word, PieceList pieces)
    {
        pieces.Clear();
        if (word.Length > _longestWord && CodePointCountExceeds(word, _longestWord))
        {
            pieces.Add(_unknown.IdFor(word), 0, word.Length);
            return;
        }
        Span<ulong> hashes = pieces.Hashes(word.Length + 1);
        Vocabulary.Hash.Prefixes(word, hashes);
        int start = Longest(word, hashes, 0, _wordLengths, _wordFirstTry, "", 0, pieces);
        while (start > 0 && start < word.Length)
        {
            start = Longest(
                word, hashes, start, _continuationLengths, _continuationFirstTry, _prefix, _prefixHash, pieces);
        }
        if (start < 0)
        {
            pieces.Clear();
            pieces.Add(_unknown.IdFor(word), 0, word.Length);
        }
    }

    // The end of the longest token from start on, or −1.
    private int Longest(ReadOnlySpan<char> word, ReadOnlySpan<ulong> hashes, int start, int[] lengths, int[] firstTry,
        string prefix, ulong prefixHash, PieceList pieces)
    {
        for (int i = firstTry[Math.Min(word.Length - start, firstTry.Length - 1)]; i < lengths.Length; i++)
        {
            int end = start + lengths[i];
            int id = Vocabulary.Find(
                Vocabulary.Hash.OfPart(hashes, start, end, prefixHash), prefix, word[start..end]);
            if (id < 0)
                continue;
            pieces.Add(id, start, end);
            return end;
        }
        return -1;
    }

    private static (int[] Lengths, int[] FirstTry) Lengths(Vocabulary vocabulary, string prefix)
    {
        bool[] occurs = new bool[vocabulary.LongestToken + 1];
        int count = 0;
        for (int token = 0; token < vocabulary.Count; token++)
        {
            ReadOnlySpan<char> text = vocabulary.Text(token);
            if (text.Length > prefix.Length && text.StartsWith(prefix, StringComparison.Ordinal))
            {
                count += occurs[text.Length - prefix.Length] ? 0 : 1;
                occurs[text.Length - prefix.Length] = true;
            }
        }
        int[] lengths = new int[count], firstTry = new int[occurs.Length];
        for (int length = 0, before = 0; length < occurs.Length; length++)
        {
            if (occurs[length])
                lengths[count - ++before] = length;
            firstTry[length] = count - before;
        }
        return (lengths, firstTry);
    }

    private static bool CodePointCountExceeds(ReadOnlySpan<char> word, int limit)
    {
        if (word.Length > 2L * limit)
            return true;
        int count = 0;
        for (int i = 0; i < word.Length; count++)
            _ = CodePoints.Next(word, ref i);
        return count > limit;
    }
}
