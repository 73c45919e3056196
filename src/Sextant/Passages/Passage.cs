namespace Sextant.Passages;

/// <summary>A stretch of a file that is embedded and found as one.</summary>
/// <param name="File">The file, as the path was given or found.</param>
/// <param name="FirstLine">Line of the first character, counted from 1. Lines end at a line feed.</param>
/// <param name="LastLine">Line of the last character.</param>
/// <param name="Start">Position of the first character in the file, in UTF-16 units after a byte order mark.</param>
/// <param name="End">Position after the last character.</param>
/// <param name="Tokens">Tokens of its sentences, special tokens not included.</param>
/// <param name="Text">The file's characters from <paramref name="Start"/> to <paramref name="End"/>, unchanged.</param>
public sealed record Passage(
    string File, int FirstLine, int LastLine, long Start, long End, int Tokens, string Text)
{
    /// <summary>
    /// The headings that it stands below, from the outermost on, with " › " between; not one that it begins with.
    /// </summary>
    public string Headings { get; init; } = "";
}
