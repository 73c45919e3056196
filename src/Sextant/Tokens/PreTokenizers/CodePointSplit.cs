namespace Sextant.Tokens;

/// <summary>Splits at code points of some classes, or at one code point; each is a delimiter of its own.</summary>
internal sealed class CodePointSplit : PreTokenizer
{
    private readonly CodePointClasses _classes;
    private readonly int _codePoint;
    private readonly SplitBehavior _behavior;

    internal CodePointSplit(CodePointClasses classes, int codePoint, SplitBehavior behavior, bool splitsAtSpaces)
    {
        (_classes, _codePoint, _behavior) = (classes, codePoint, behavior);
        SplitsAtSpaces = splitsAtSpaces;
    }

    internal override bool WorksInParts => true;

    internal override bool SplitsAtSpaces { get; }

    internal static void ReadPunctuation(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect("behavior");
        SplitBehavior behavior =
            fields.Has("behavior") ? DelimitedWords.ReadBehavior(fields) : SplitBehavior.Isolated;
        steps.Add(new CodePointSplit(CodePointClasses.Punctuation, -1, behavior, false));
    }

    internal static void ReadDigits(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect("individual_digits");
        SplitBehavior behavior =
            fields.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
        steps.Add(new CodePointSplit(CodePointClasses.Numeric, -1, behavior, false));
    }

    internal static void ReadWhitespaceSplit(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect();
        steps.Add(new CodePointSplit(CodePointClasses.WhiteSpace, -1, SplitBehavior.Removed, true));
    }

    internal static void ReadCharDelimiterSplit(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect("delimiter");
        int delimiter = fields.CodePoint("delimiter");
        steps.Add(new CodePointSplit(default, delimiter, SplitBehavior.Removed, delimiter == ' '));
    }

    internal override void Split(NormalizedText text, int start, int end, WordList words)
    {
        ReadOnlySpan<char> units = text.Units[..end];
        var pieces = new DelimitedWords(_behavior, words);
        int done = start;
        for (int i = start; i < end;)
        {
            int from = i, codePoint = CodePoints.Next(units, ref i);
            if (codePoint != _codePoint && !CodePoints.Is(codePoint, _classes))
                continue;
            if (done < from)
                pieces.Add(done, from, false);
            pieces.Add(from, i, true);
            done = i;
        }
        if (done < end)
            pieces.Add(done, end, false);
        pieces.Complete();
    }
}
