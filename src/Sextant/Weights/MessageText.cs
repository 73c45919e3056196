using System.Globalization;
using System.Text;

namespace Sextant.Weights;

/// <summary>
/// Writes what was found in a file into an error message: one line, bounded, whatever the file holds.
/// </summary>
internal static class MessageText
{
    /// <summary>A name or value in single quotes.</summary>
    public static string Quote(ReadOnlySpan<char> text) => $"'{Line(text, 120)}'";

    /// <summary>One line: control characters become '?', and after the longest length the text is cut.</summary>
    public static string Line(ReadOnlySpan<char> text, int longest = 400)
    {
        var line = new StringBuilder();
        foreach (char c in text[..Math.Min(text.Length, longest)])
            line.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? '?' : c);
        return line.Append(text.Length > longest ? "…" : "").ToString();
    }

    /// <summary>A shape as the messages write it: [384,1536].</summary>
    public static string Shape(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < shape.Length; i++)
            text.Append(i == 0 ? "" : ",").Append(Number(shape[i]));
        return text.Append(']').ToString();
    }

    /// <summary>A whole number with thousands separated, so that file sizes can be read.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A whole number as a config file writes it.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A real number in its shortest round-trip form.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The accepted words of a key: 'a', 'b', 'c'.</summary>
    public static string Words(ReadOnlySpan<string> words)
    {
        var text = new StringBuilder();
        for (int i = 0; i < words.Length; i++)
            text.Append(i == 0 ? "'" : ", '").Append(words[i]).Append('\'');
        return text.ToString();
    }
}
