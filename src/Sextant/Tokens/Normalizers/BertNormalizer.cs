namespace Sextant.Tokens;

/// <summary>BERT's normalizer: clean, put spaces around ideographs, strip accents, lower-case, in this order.</summary>
internal static class BertNormalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect("clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
        steps.AddRange(Steps(ReadFlags(fields)));
    }

    internal static BertNormalizerFlags ReadFlags(ComponentFields fields) => new(fields.Flag("clean_text"),
        fields.Flag("handle_chinese_chars"), fields.OptionalFlag("strip_accents"), fields.Flag("lowercase"));

    /// <summary>
    /// The steps; accents that are neither kept nor stripped by the file go when text is lower-cased.
    /// </summary>
    internal static List<Normalizer> Steps(BertNormalizerFlags flags)
    {
        List<Normalizer> steps = [];
        if (flags.Clean)
            steps.Add(new CleanText());
        if (flags.Ideographs)
            steps.Add(new SpaceIdeographs());
        if (flags.StripAccents ?? flags.Lowercase)
        {
            steps.Add(new UnicodeForm(compatible: false, composed: false));
            steps.Add(new RemoveMarks(CodePointClasses.NonspacingMark));
        }
        if (flags.Lowercase)
            steps.Add(new Lowercase());
        return steps;
    }

    /// <summary>Drops control, format and private-use code points and U+FFFD; white space becomes U+0020.</summary>
    private sealed class CleanText : Normalizer
    {
        internal override bool WorksInParts => true;

        internal override void Apply(NormalizedText source, NormalizedText destination)
        {
            ReadOnlySpan<char> units = source.Units;
            for (int i = 0; i < units.Length;)
            {
                int from = i, codePoint = CodePoints.Next(units, ref i);
                CodePointClasses classes = CodePoints.ClassOf(codePoint);
                if ((classes & CodePointClasses.BertRemoved) == 0)
                    destination.Append((classes & CodePointClasses.BertSpace) != 0 ? ' ' : codePoint, source, from);
            }
        }

        internal override bool TryMapAscii(int unit, out int mapped)
        {
            CodePointClasses classes = CodePoints.ClassOf(unit);
            mapped = (classes & CodePointClasses.BertSpace) != 0 ? ' ' : unit;
            if ((classes & CodePointClasses.BertRemoved) != 0)
                mapped = -1;
            return true;
        }
    }

    /// <summary>Puts a space on either side of each ideograph, so that each becomes a word.</summary>
    private sealed class SpaceIdeographs : Normalizer
    {
        internal override bool WorksInParts => true;

        internal override void Apply(NormalizedText source, NormalizedText destination)
        {
            ReadOnlySpan<char> units = source.Units;
            for (int i = 0; i < units.Length;)
            {
                int from = i, codePoint = CodePoints.Next(units, ref i);
                bool spaced = CodePoints.Is(codePoint, CodePointClasses.BertIdeograph);
                if (spaced)
                    destination.Append(' ', source, from);
                destination.Append(codePoint, source, from);
                if (spaced)
                    destination.Append(' ', source, from);
            }
        }

        internal override bool TryMapAscii(int unit, out int mapped)
        {
            mapped = unit;
            return true;
        }
    }
}

/// <summary>The switches of the BertNormalizer.</summary>
/// <param name="Clean">Whether controls go and white space becomes U+0020.</param>
/// <param name="Ideographs">Whether ideographs become words.</param>
/// <param name="StripAccents">Whether accents go; null: as <paramref name="Lowercase"/> says.</param>
/// <param name="Lowercase">Whether texts are lower-cased.</param>
internal sealed record BertNormalizerFlags(bool Clean, bool Ideographs, bool? StripAccents, bool Lowercase);
