namespace Sextant.Tokens;

/// <summary>What all components of a file share while it is read.</summary>
internal sealed class TokenizerReading
{
    private const int NoteLimit = 40;

    /// <summary>What the file's patterns have taken.</summary>
    internal PatternWork Patterns { get; } = new();

    /// <summary>What was found and not used, and what another file said instead, a line each.</summary>
    internal List<string> Notes { get; } = [];

    /// <summary>Adds a line; after a limit one line stands for all others.</summary>
    internal void Note(string line)
    {
        if (Notes.Count < NoteLimit)
            Notes.Add(line);
        else if (Notes.Count == NoteLimit)
            Notes.Add("… and more.");
    }
}
