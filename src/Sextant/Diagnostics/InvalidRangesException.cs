namespace Sextant;

/// <summary>A file of ranges for the 8-bit codes is missing, damaged, or not for these vectors.</summary>
/// <remarks>The message reads: file: what was found; what is accepted.</remarks>
public sealed class InvalidRangesException : SextantException
{
    /// <summary>Creates the error; <paramref name="problem"/> says what was found and what is accepted.</summary>
    public InvalidRangesException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}", inner) => File = file;

    /// <summary>The file at fault.</summary>
    public string File { get; }
}
