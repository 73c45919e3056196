namespace Sextant;

/// <summary>
/// An index on disk is missing, damaged, of another version, made by another model, or being written by someone else.
/// </summary>
/// <remarks>The message reads: file: what was found; what is accepted.</remarks>
public sealed class InvalidIndexException : SextantException
{
    /// <summary>Creates the error; <paramref name="problem"/> says what was found and what is accepted.</summary>
    public InvalidIndexException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}", inner) => File = file;

    /// <summary>The file (or folder) at fault.</summary>
    public string File { get; }
}
