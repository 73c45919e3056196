using System.Text.RegularExpressions;

namespace Sextant.Passages;

/// <summary>Tells a list of Markdown links, such as a table of contents, from text.</summary>
internal static partial class LinkList
{
    private const int MinLinks = 3;
    private const double Share = 0.8;

    /// <summary>Whether items that are links make up nearly all of a passage.</summary>
    public static bool Is(string text)
    {
        if (!text.Contains("](", StringComparison.Ordinal))
            return false;
        int items = 0, linked = 0, all = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> one = line.Trim();
            if (one.IsEmpty || one[0] == '#')
                continue; // a heading belongs to what it stands before
            all += one.Length;
            if (!Item().IsMatch(one))
                continue;
            items++;
            linked += one.Length;
        }
        return items >= MinLinks && linked >= Share * all;
    }

    // "- [title](address)" and little else.
    [GeneratedRegex(@"^(?:[-*+]|[0-9]{1,3}[.)])\s+(?:\[[^\[\]]{1,200}\]\([^()\s]{1,400}\)[\s,;:.|]*)+$")]
    private static partial Regex Item();
}
