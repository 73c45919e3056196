namespace Sextant.Passages;

/// <summary>The headings that a position of a text stands below, from the outermost on.</summary>
internal sealed class HeadingPath
{
    private const int MaxTitle = 120;

    private readonly List<(int Level, string Title)> _open = [];

    /// <summary>The path below which text stands now: titles with " › " between; empty where there is none.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Comes to a heading: "# Title", or a line underlined with =, - or ~.</summary>
    /// <returns>The path that the heading itself stands below.</returns>
    public string Enter(ReadOnlySpan<char> heading)
    {
        int level = heading.Length - heading.TrimStart('#').Length;
        ReadOnlySpan<char> title = heading[level..];
        if (level == 0)
        {
            int end = title.IndexOf('\n');
            level = title[^1] == '=' ? 1 : title[^1] == '-' ? 2 : 3;
            title = end < 0 ? title : title[..end];
        }
        title = title.Trim().TrimEnd('#').TrimEnd();
        while (_open.Count > 0 && _open[^1].Level >= level)
            _open.RemoveAt(_open.Count - 1);
        string above = Joined();
        _open.Add((level, title.Length > MaxTitle ? string.Concat(title[..MaxTitle], "…") : title.ToString()));
        Text = Joined();
        return above;
    }

    private string Joined() => string.Join(" › ", _open.Select(one => one.Title));
}
