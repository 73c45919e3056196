namespace Sextant.Tokens;

/// <summary>
/// The component "UnicodeScripts": a word ends where the script changes; kana count as Han. Spaces and what has no
/// script belong to the word they follow; before the first word, as in the reference, they go.
/// </summary>
internal sealed class ScriptSplit : PreTokenizer
{
    private const int ProlongedSoundMark = 0x30FC;

    private static readonly byte Han = UnicodeScripts.NumberOf("Han");
    private static readonly byte Hiragana = UnicodeScripts.NumberOf("Hiragana");
    private static readonly byte Katakana = UnicodeScripts.NumberOf("Katakana");

    internal override bool WorksInParts => false;

    internal override bool SplitsAtSpaces => false;

    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect();
        steps.Add(new ScriptSplit());
    }

    internal override void Split(NormalizedText text, int start, int end, WordList words)
    {
        ReadOnlySpan<char> units = text.Units[..end];
        int word = -1;
        byte current = 0;
        for (int i = start; i < end;)
        {
            int from = i;
            byte script = ScriptOf(CodePoints.Next(units, ref i));
            if (script == 0 || script == current)
                continue;
            if (word >= 0)
                words.Add(word, from);
            (word, current) = (from, script);
        }
        if (word >= 0)
            words.Add(word, end);
    }

    private static byte ScriptOf(int codePoint)
    {
        if (codePoint == ' ')
            return 0;
        byte script = UnicodeScripts.Numbers[codePoint];
        return codePoint == ProlongedSoundMark || script == Hiragana || script == Katakana ? Han : script;
    }
}
