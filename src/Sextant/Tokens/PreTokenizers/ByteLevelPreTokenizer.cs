namespace Sextant.Tokens;

/// <summary>
/// The component "ByteLevel": puts a space before each word, if asked to, splits by GPT-2's pattern, unless told not
/// to, and turns bytes into letters. Each is a step of its own.
/// </summary>
internal static class ByteLevelPreTokenizer
{
    // GPT-2's pattern, which is part of the format.
    private const string Words = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect("add_prefix_space", "trim_offsets", "use_regex");
        _ = fields.OptionalFlag("trim_offsets");
        steps.AddRange(Steps(ReadFlags(fields)));
    }

    internal static ByteLevelFlags ReadFlags(ComponentFields fields) =>
        new(fields.Flag("add_prefix_space"), fields.OptionalFlag("use_regex") ?? true);

    internal static List<PreTokenizer> Steps(ByteLevelFlags flags)
    {
        List<PreTokenizer> steps = [];
        if (flags.PrefixSpace)
            steps.Add(new PrefixSpace());
        if (flags.SplitsWords)
        {
            steps.Add(new PatternSplit(WordPattern.Instance, SplitBehavior.Isolated, inverted: false));
        }
        steps.Add(new BytesToLetters());
        return steps;
    }

    /// <summary>The pattern, made when the first file needs it.</summary>
    private static class WordPattern
    {
        internal static readonly TextPattern Instance = Make(new PatternWork());

        private static TextPattern Make(PatternWork work) => new(PatternParser.Parse(Words, work), work);
    }

    /// <summary>Puts a space before a word that has none.</summary>
    private sealed class PrefixSpace : PreTokenizer
    {
        internal override bool WorksInParts => true;

        internal override bool SplitsAtSpaces => false;

        internal override bool Rewrites => true;

        internal override void Rewrite(
            NormalizedText text, int start, int end, NormalizedText rewritten, WordList words)
        {
            int first = rewritten.Length;
            if (text.Units[start] != ' ')
                rewritten.Append(' ', text, start);
            rewritten.AppendRange(text, start, end);
            words.Add(first, rewritten.Length);
        }
    }

    /// <summary>Writes each byte of the text as its letter.</summary>
    private sealed class BytesToLetters : PreTokenizer
    {
        internal override bool WorksInParts => true;

        internal override bool SplitsAtSpaces => false;

        internal override bool Rewrites => true;

        internal override void Rewrite(
            NormalizedText text, int start, int end, NormalizedText rewritten, WordList words)
        {
            int first = rewritten.Length;
            ByteLetters.Append(text, start, end, rewritten);
            words.Add(first, rewritten.Length);
        }
    }
}

/// <summary>The switches of the component "ByteLevel".</summary>
/// <param name="PrefixSpace">Whether a space is put before each word that has none.</param>
/// <param name="SplitsWords">Whether GPT-2's pattern splits.</param>
internal sealed record ByteLevelFlags(bool PrefixSpace, bool SplitsWords);
