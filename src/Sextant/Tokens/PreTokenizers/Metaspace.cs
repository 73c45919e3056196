using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// The component "Metaspace": spaces become a visible mark, usually U+2581, a text that does not begin with one may get
/// one, and the text may be split before each.
/// </summary>
internal sealed class Metaspace(string mark, Metaspace.Scheme scheme) : PreTokenizer
{
    /// <summary>Which texts get a mark at their beginning.</summary>
    internal enum Scheme
    {
        /// <summary>All.</summary>
        Always,

        /// <summary>What stands at the very beginning of the original text.</summary>
        First,

        /// <summary>None.</summary>
        Never,
    }

    internal override bool WorksInParts => true;

    internal override bool SplitsAtSpaces => false;

    internal override bool Rewrites => true;

    internal override bool NeedsOrigins => scheme == Scheme.First;

    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        (string mark, Scheme scheme, bool splits) = ReadFields(fields);
        steps.Add(new Metaspace(mark, scheme));
        if (splits)
        {
            steps.Add(new CodePointSplit(
                default, Rune.GetRuneAt(mark, 0).Value, SplitBehavior.MergedWithNext, splitsAtSpaces: true));
        }
    }

    /// <summary>Reads the fields, those of older files included; the decoder has the same.</summary>
    internal static (string Mark, Scheme Scheme, bool Splits) ReadFields(ComponentFields fields)
    {
        fields.Expect("replacement", "prepend_scheme", "split", "str_rep", "add_prefix_space");
        string mark = char.ConvertFromUtf32(fields.CodePoint("replacement"));
        Scheme scheme = fields.Optional("prepend_scheme") is null ? Scheme.Always : fields.Text("prepend_scheme") switch
        {
            "always" => Scheme.Always,
            "first" => Scheme.First,
            "never" => Scheme.Never,
            string other => throw fields.Refusal(
                "prepend_scheme", $"'{ComponentFields.Short(other)}'", "always, first, never"),
        };
        if (fields.OptionalFlag("add_prefix_space") == false)
        {
            if (fields.Has("prepend_scheme") && scheme != Scheme.Never)
                throw fields.Refusal("add_prefix_space", "false", "true unless prepend_scheme is never");
            scheme = Scheme.Never;
        }
        return (mark, scheme, fields.OptionalFlag("split") ?? true);
    }

    internal override void Rewrite(NormalizedText text, int start, int end, NormalizedText rewritten, WordList words)
    {
        int first = rewritten.Length;
        ReadOnlySpan<char> units = text.Units[start..end];
        bool isMarked = units[0] == ' ' || units.StartsWith(mark);
        if (!isMarked && (scheme == Scheme.Always || (scheme == Scheme.First && text.StartOf(start) == 0)))
            rewritten.AppendText(mark, text, start);
        for (int done = 0; done < units.Length;)
        {
            int space = units[done..].IndexOf(' ');
            int stop = space < 0 ? units.Length : done + space;
            rewritten.AppendRange(text, start + done, start + stop);
            if (space >= 0)
                rewritten.AppendText(mark, text, start + stop);
            done = stop + 1;
        }
        words.Add(first, rewritten.Length);
    }
}
