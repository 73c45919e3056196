namespace Sextant.Passages;

/// <summary>Which lines begin a new sentence or section, by how they look and by the kind of the file.</summary>
/// <param name="Markup">Whether the file is of a kind that has headings; a '#' means other things in programs.</param>
/// <param name="Prose">
/// Whether a sentence may go on over the end of a line. In programs and data it does not: each line stands for itself.
/// </param>
internal readonly record struct LineStarts(bool Markup, bool Prose)
{
    private static readonly string[] MarkupEndings = [".md", ".markdown", ".mdx", ".qmd", ".rst", ".txt"];
    private static readonly string[] ProseEndings =
        ["", ".text", ".tex", ".html", ".htm", ".xhtml", ".adoc", ".org", ".typ"];

    public static LineStarts For(string file)
    {
        string ending = Path.GetExtension(file);
        bool markup = MarkupEndings.Contains(ending, StringComparer.OrdinalIgnoreCase);
        return new LineStarts(markup, markup || ProseEndings.Contains(ending, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Whether the line that follows a line feed ends the sentence before it: blank, an item, a heading, a fence.
    /// </summary>
    public bool Begins(ReadOnlySpan<char> rest)
    {
        if (!Prose)
            return true;
        ReadOnlySpan<char> line = rest.TrimStart(" \t\r\f\v");
        return line.IsEmpty || line[0] == '\n' || IsItem(line) || (Markup && (IsNumberSigns(line) || IsFence(line)));
    }

    /// <summary>Whether the line opens or closes a block of code.</summary>
    public bool IsFence(ReadOnlySpan<char> line) => Markup && (line.StartsWith("```") || line.StartsWith("~~~"));

    /// <summary>
    /// Length of the heading that begins here, or 0: "# Title", or a short line underlined with = or -.
    /// </summary>
    /// <param name="text">Text from the first character of a line.</param>
    /// <param name="afterBlank">
    /// Whether the line before is blank; only such a line can be an underlined heading.
    /// </param>
    /// <param name="limit">The maximum number of characters a heading may have here.</param>
    public int HeadingLength(ReadOnlySpan<char> text, bool afterBlank, int limit)
    {
        if (!Markup)
            return 0;
        int end = text.IndexOf('\n');
        int length = (end < 0 ? text : text[..end]).TrimEnd().Length;
        if (length == 0 || length > limit)
            return 0;
        if (IsNumberSigns(text))
            return length;
        if (!afterBlank || end < 0 || length > 120 || IsItem(text))
            return 0;
        ReadOnlySpan<char> under = text[(end + 1)..];
        int underEnd = under.IndexOf('\n');
        under = (underEnd < 0 ? under : under[..underEnd]).TrimEnd();
        bool underlined = under.Length >= 3 && under[0] is '=' or '-' or '~' && !under.ContainsAnyExcept(under[0]);
        return underlined && end + 1 + under.Length <= limit ? end + 1 + under.Length : 0;
    }

    private static bool IsNumberSigns(ReadOnlySpan<char> line)
    {
        int signs = line.Length - line.TrimStart('#').Length;
        return signs is >= 1 and <= 6 && line.Length > signs && line[signs] is ' ' or '\t';
    }

    private static bool IsItem(ReadOnlySpan<char> line)
    {
        int mark = 0;
        while (mark < line.Length && mark < 4 && char.IsAsciiDigit(line[mark]))
            mark++;
        bool marked = mark < line.Length
            && (mark == 0 ? line[0] is '-' or '*' or '+' or '\u2022' : mark <= 3 && line[mark] is '.' or ')');
        return marked && mark + 1 < line.Length && line[mark + 1] is ' ' or '\t';
    }
}
