namespace Sextant.Tokens;

/// <summary>
/// The component "Whitespace": runs of word code points, and runs of anything else that is not white space.
/// </summary>
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect();
        steps.Add(new WhitespacePreTokenizer());
    }

    internal override bool WorksInParts => true;

    internal override bool SplitsAtSpaces => true;

    internal override void Split(NormalizedText text, int start, int end, WordList words)
    {
        const CodePointClasses Kinds = CodePointClasses.WhiteSpace | CodePointClasses.Word;
        ReadOnlySpan<char> units = text.Units[..end];
        int word = start;
        CodePointClasses current = CodePointClasses.WhiteSpace;
        for (int i = start; i < end;)
        {
            int from = i;
            CodePointClasses kind = CodePoints.ClassOf(CodePoints.Next(units, ref i)) & Kinds;
            if (kind == current)
                continue;
            if (current != CodePointClasses.WhiteSpace)
                words.Add(word, from);
            (word, current) = (from, kind);
        }
        if (current != CodePointClasses.WhiteSpace && word < end)
            words.Add(word, end);
    }
}
