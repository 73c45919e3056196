using System.Text;
using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// Byte-pair encoding: a word begins as single code points, and neighbours merge in the order of the file's list
/// (Sennrich et al. 2016).
/// </summary>
internal sealed class Bpe : TokenModel
{
    // From here on looking for positions to cut at pays.
    private const int LongWord = 24;

    private readonly MergeTable _merges;
    private readonly string _prefix, _suffix;
    private readonly UnknownWord? _unknown;
    private readonly bool _fusesUnknown, _takesWholeWords;
    private readonly ByteTokens? _byteTokens;
    private readonly Junctions? _junctions;
    // The id of each code point of the basic plane that is a token, or −1.
    private readonly int[] _single;

    private Bpe(ModelFields model)
    {
        ComponentFields fields = model.Fields;
        fields.Expect("vocab", "merges", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
            "fuse_unk", "byte_fallback", "ignore_merges");
        if (fields.Optional("dropout") is JsonElement dropout
            && !(dropout.ValueKind == JsonValueKind.Number
                && dropout.TryGetDouble(out double chance) && chance == 0))
        {
            throw fields.Refusal(
                "dropout", ComponentFields.Describe(dropout), "0 or null: tokens are not left to chance");
        }
        Vocabulary = model.Vocabulary();
        (_prefix, _suffix) = (Affix(model, "continuing_subword_prefix"), Affix(model, "end_of_word_suffix"));
        VocabularyBuilder merges = model.Merges();
        _merges = new MergeTable(merges, Vocabulary, _prefix);
        _fusesUnknown = fields.OptionalFlag("fuse_unk") ?? false;
        _takesWholeWords = fields.OptionalFlag("ignore_merges") ?? false;
        _byteTokens = fields.OptionalFlag("byte_fallback") ?? false ? new ByteTokens(Vocabulary) : null;
        if (_byteTokens is not null && _prefix.Length + _suffix.Length > 0)
        {
            throw fields.Refusal(
                "byte_fallback", "true", "false with a continuing_subword_prefix or end_of_word_suffix");
        }
        if (model.OptionalText("unk_token") is string unknown)
            _unknown = model.UnknownWord(Vocabulary, unknown);
        _single = Singles(Vocabulary);
        // With affixes a code point is more than itself; without an unknown token what is left out moves all that
        // follows.
        if (_prefix.Length + _suffix.Length == 0 && _unknown is { IsThere: true })
            _junctions = Junctions.Of(merges, model.OptionalText("unk_token"));
    }

    internal static TokenModel Read(ModelFields model) => new Bpe(model);

    internal override Vocabulary Vocabulary { get; }

    internal override int UnknownId => _unknown?.Id ?? -1;

    internal override void Tokenize(ReadOnlySpan<char> word, PieceList pieces)
    {
        pieces.Clear();
        if (_takesWholeWords && Vocabulary.TryGetId(word, out int whole))
        {
            pieces.Add(whole, 0, word.Length);
            return;
        }
        int start = 0;
        if (_junctions is not null && word.Length > LongWord)
        {
            // What never merges is cut off first: a long word becomes short ones.
            int at = 0, before = CodePoints.Next(word, ref at);
            while (at < word.Length)
            {
                int end = at, after = CodePoints.Next(word, ref at);
                if (!_junctions.Contains(before, after) && !MayBeUnknown(before, after))
                {
                    Merge(word[start..end], start, pieces);
                    start = end;
                }
                before = after;
            }
        }
        Merge(word[start..], start, pieces);
    }

    private void Merge(ReadOnlySpan<char> word, int origin, PieceList pieces)
    {
        MergeWork work = pieces.Merges;
        bool tiles = (_prefix.Length == 0 && _suffix.Length == 0 && AddPlain(word, work)) || AddAll(word, work, false);
        if (!tiles)
            AddAll(word, work, inBytes: true);
        work.Merge(_merges);
        var positions = new Utf8Offsets(word);
        int at = origin;
        for (int i = 0; i < work.Count; i++)
        {
            int end = at + work.Lengths[i];
            (int first, int last) = (at, end);
            if (!tiles)
            {
                (first, last) = positions.Units(at - origin, end - origin);
                (first, last) = (first + origin, last + origin);
            }
            pieces.Add(work.Ids[i], first, last);
            at = end;
        }
    }

    // Unknown neighbours may be one token, and bytes may go before them.
    private bool MayBeUnknown(int before, int after) => !IsSingle(before) || !IsSingle(after);

    private bool IsSingle(int codePoint) => codePoint < _single.Length && _single[codePoint] >= 0;

    private static string Affix(ModelFields model, string name)
    {
        string affix = model.OptionalText(name) ?? "";
        return affix.Length <= 64 ? affix : throw model.Fields.Refusal(name, $"{affix.Length} units", "up to 64 units");
    }

    private static int[] Singles(Vocabulary vocabulary)
    {
        int[] single = [];
        for (int token = vocabulary.Count - 1; token >= 0; token--)
        {
            ReadOnlySpan<char> text = vocabulary.Text(token);
            if (text.Length != 1)
                continue;
            if (text[0] >= single.Length)
            {
                int known = single.Length;
                Array.Resize(ref single, text[0] + 1);
                single.AsSpan(known).Fill(-1);
            }
            vocabulary.TryGetId(text, out single[text[0]]);
        }
        return single;
    }

    // The common case: every unit is a token.
    private bool AddPlain(ReadOnlySpan<char> word, MergeWork work)
    {
        work.Clear();
        int[] single = _single;
        foreach (char unit in word)
        {
            int id = unit < single.Length ? single[unit] : -1;
            if (id < 0)
                return false;
            work.Add(id, 1);
        }
        return true;
    }

    // In UTF-16 units where the symbols tile the word. Otherwise false: the reference then counts the UTF-8 bytes of
    // the symbols it has, in the order it has them, and so does the second round.
    private bool AddAll(ReadOnlySpan<char> word, MergeWork work, bool inBytes)
    {
        work.Clear();
        int unknown = 0;
        Span<byte> bytes = stackalloc byte[4];
        Span<int> ids = stackalloc int[4];
        for (int i = 0; i < word.Length;)
        {
            int start = i;
            int count = new Rune(CodePoints.Next(word, ref i)).EncodeToUtf8(bytes);
            int length = inBytes ? count : i - start;
            if (TryGetId(word[start..i], start == 0, i == word.Length, out int id))
            {
                AddUnknown(work, ref unknown);
                work.Add(id, length);
                continue;
            }
            if (_byteTokens is not null && _byteTokens.TryGetIds(bytes[..count], ids))
            {
                // An unknown code point before these waits on: the reference puts it after them.
                if (!inBytes)
                    return false;
                for (int part = 0; part < count; part++)
                    work.Add(ids[part], 1);
                continue;
            }
            if (_unknown is null)
            {
                if (!inBytes)
                    return false;
                continue;
            }
            _ = _unknown.IdFor(word[start..i]);
            if (!_fusesUnknown)
                AddUnknown(work, ref unknown);
            unknown += length;
        }
        AddUnknown(work, ref unknown);
        return true;
    }

    private void AddUnknown(MergeWork work, ref int length)
    {
        if (length > 0)
            work.Add(_unknown!.Id, length);
        length = 0;
    }

    private bool TryGetId(ReadOnlySpan<char> codePoint, bool isFirst, bool isLast, out int id)
    {
        string prefix = isFirst ? "" : _prefix, suffix = isLast ? _suffix : "";
        if (prefix.Length + suffix.Length == 0)
        {
            if (codePoint.Length > 1)
                return Vocabulary.TryGetId(codePoint, out id);
            id = codePoint[0] < _single.Length ? _single[codePoint[0]] : -1;
            return id >= 0;
        }
        Span<char> joined = stackalloc char[2 * 64 + 2];
        prefix.CopyTo(joined);
        codePoint.CopyTo(joined[prefix.Length..]);
        suffix.CopyTo(joined[(prefix.Length + codePoint.Length)..]);
        return Vocabulary.TryGetId(joined[..(prefix.Length + codePoint.Length + suffix.Length)], out id);
    }
}
