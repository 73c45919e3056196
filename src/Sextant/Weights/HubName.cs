using System.Diagnostics.CodeAnalysis;

namespace Sextant.Weights;

/// <summary>A model's name on the hub, and which of its revisions: a branch, a tag or a commit.</summary>
internal readonly record struct HubName(string Repository, string Revision)
{
    public const string MainRevision = "main";

    private const int MaxLength = 96; // of each half, as the hub has it

    /// <summary>Reads ORG/NAME or ORG/NAME@REVISION.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out HubName name)
    {
        name = default;
        if (text is null)
            return false;
        int at = text.IndexOf('@');
        string repository = at < 0 ? text : text[..at];
        string revision = at < 0 ? MainRevision : text[(at + 1)..];
        string[] halves = repository.Split('/');
        if (halves.Length != 2 || !halves.All(IsWord) || !IsRevision(revision))
            return false;
        name = new HubName(repository, revision);
        return true;
    }

    /// <summary>Whether a revision can be a path below refs or snapshots, and nothing else.</summary>
    public static bool IsRevision(string revision) =>
        revision.Length is > 0 and <= 255 && revision.Split('/').All(IsWord);

    public override string ToString() => Revision == MainRevision ? Repository : $"{Repository}@{Revision}";

    private static bool IsWord(string word) =>
        word.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(word[0])
        && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !word.Contains("..", StringComparison.Ordinal) && !word.Contains("--", StringComparison.Ordinal);
}
