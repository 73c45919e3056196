namespace Sextant.Tokens;

/// <summary>Splits at white space, which goes, and makes every punctuation code point a word.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect();
        steps.Add(new BertPreTokenizer());
    }

    internal override bool WorksInParts => true;

    internal override bool SplitsAtSpaces => true;

    internal override void Split(NormalizedText text, int start, int end, WordList words)
    {
        ReadOnlySpan<char> units = text.Units[..end];
        int word = start;
        for (int i = start; i < end;)
        {
            int from = i;
            CodePointClasses classes = CodePoints.ClassOf(CodePoints.Next(units, ref i));
            if ((classes & (CodePointClasses.WhiteSpace | CodePointClasses.Punctuation)) == 0)
                continue;
            if (word < from)
                words.Add(word, from);
            if ((classes & CodePointClasses.WhiteSpace) == 0)
                words.Add(from, i);
            word = i;
        }
        if (word < end)
            words.Add(word, end);
    }
}
