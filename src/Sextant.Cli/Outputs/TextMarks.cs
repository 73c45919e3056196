using System.Text;
using Sextant.Passages;

namespace Sextant.Cli.Outputs;

/// <summary>Marks the words of a query in lines for a terminal, and makes paths links.</summary>
/// <remarks>
/// Only lines that are clean already (<see cref="TerminalText"/>) may be marked: what is added here steers the
/// terminal. Bold is SGR 1 and 22 (ECMA-48); links are OSC 8, which terminals that do not know it leave out.
/// </remarks>
internal sealed class TextMarks
{
    private readonly HashSet<string> _terms;
    private readonly TermAnalyzer _analyzer;

    public TextMarks(string query, TermAnalyzer analyzer) =>
        (_terms, _analyzer) = ([.. analyzer.Terms(query)], analyzer);

    /// <summary>The line with the query's words in bold.</summary>
    public string Mark(string line)
    {
        var marked = new StringBuilder(line.Length + 16);
        for (int start = 0; start < line.Length;)
        {
            int end = start;
            while (end < line.Length && char.IsLetterOrDigit(line[end]))
                end++;
            if (end > start && _analyzer.Terms(line.AsSpan(start, end - start)).Exists(_terms.Contains))
                marked.Append("\u001b[1m").Append(line, start, end - start).Append("\u001b[22m");
            else if (end > start)
                marked.Append(line, start, end - start);
            else
                marked.Append(line[end++]);
            start = end;
        }
        return marked.ToString();
    }

    /// <summary>A text that opens a file, where the file is there.</summary>
    public static string Link(string text, string file)
    {
        string path = Path.GetFullPath(file);
        return File.Exists(path)
            ? $"\u001b]8;;{new Uri(path).AbsoluteUri}\u001b\\{text}\u001b]8;;\u001b\\"
            : text;
    }
}
