namespace Sextant.Tokens;

/// <summary>Words of a fixed number of code points; the last may have fewer.</summary>
internal sealed class FixedLength(int length) : PreTokenizer
{
    internal override bool WorksInParts => false;

    internal override bool SplitsAtSpaces => false;

    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect("length");
        int length = fields.OptionalCount("length") ?? 5;
        if (length == 0)
            throw fields.Refusal("length", "0", "a whole number from 1 on");
        steps.Add(new FixedLength(length));
    }

    internal override void Split(NormalizedText text, int start, int end, WordList words)
    {
        ReadOnlySpan<char> units = text.Units[..end];
        for (int word = start; word < end;)
        {
            int i = word;
            for (int count = 0; count < length && i < end; count++)
                _ = CodePoints.Next(units, ref i);
            words.Add(word, i);
            word = i;
        }
    }
}
