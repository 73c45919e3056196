using System.Globalization;
using System.Text;

namespace Sextant.Cli.Outputs;

/// <summary>Makes any text safe and short enough for a line of a terminal.</summary>
internal static class TerminalText
{
    /// <summary>
    /// Whether a terminal may obey a character instead of showing it: C0, DEL and C1 controls, and the embeddings,
    /// overrides and isolates of bidirectional text, which make a line read differently from what it says.
    /// </summary>
    public static bool IsUnsafe(char c) =>
        char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>How an unsafe character is shown: as JSON escapes it, so that JSON keeps its meaning.</summary>
    public static string Escape(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };

    /// <summary>The text with every unsafe character escaped; nothing else changes.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsUnsafe())
            return text;
        var clean = new StringBuilder(text.Length + 16);
        foreach (char c in text)
            _ = IsUnsafe(c) ? clean.Append(Escape(c)) : clean.Append(c);
        return clean.ToString();
    }

    /// <summary>White space becomes single spaces, other unsafe characters are escaped.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
                _ = line.Length > 0 && line[^1] != ' ' ? line.Append(' ') : line;
            else
                _ = IsUnsafe(c) ? line.Append(Escape(c)) : line.Append(c);
        }
        return line.ToString().TrimEnd();
    }

    private static bool ContainsUnsafe(this ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (IsUnsafe(c))
                return true;
        }
        return false;
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
