using System.Globalization;
using System.Text;

namespace Sextant.Cli.Outputs;

/// <summary>Makes any text safe and short enough for a line of a terminal.</summary>
internal static class TerminalText
{
    /// <summary>White space and control characters (a file may hold escape codes) become single spaces.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c) && !char.IsControl(c))
                line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }
        return line.ToString().TrimEnd();
    }

    /// <summary>
    /// Breaks a line between words into lines of at most <paramref name="width"/> columns; "…" ends what is left out.
    /// </summary>
    public static List<string> Wrap(string line, int width, int maxLines)
    {
        var lines = new List<string>();
        while (line.Length > 0 && lines.Count < maxLines)
        {
            int fitting = FittingLength(line, width);
            if (fitting < line.Length && lines.Count == maxLines - 1)
            {
                lines.Add(line[..FittingLength(line, width - 1)].TrimEnd() + "…");
                break;
            }
            int space = fitting < line.Length && line[fitting] != ' ' ? line.LastIndexOf(' ', fitting) : -1;
            int end = space > 0 ? space : fitting;
            lines.Add(line[..end].TrimEnd());
            line = line[end..].TrimStart();
        }
        return lines;
    }

    // Characters that fit into so many columns; at least one, so that breaking always comes to an end.
    private static int FittingLength(string line, int width)
    {
        int columns = 0;
        int length = 0;
        foreach (Rune rune in line.EnumerateRunes())
        {
            columns += Columns(rune);
            if (columns > width && length > 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return Math.Min(length, line.Length);
    }

    // East Asian wide characters and emoji take two columns, combining marks none.
    private static int Columns(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF and not 0x303F) or (>= 0xAC00 and <= 0xD7A3)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60)
            or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) => 2,
        _ => Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : 1,
    };
}
