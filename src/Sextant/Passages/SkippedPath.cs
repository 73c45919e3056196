namespace Sextant.Passages;

/// <summary>Why a file or folder was not read.</summary>
public enum SkipReason
{
    /// <summary>A NUL character: not text.</summary>
    Binary,

    /// <summary>
    /// Bytes that are not the UTF-8 (or, by its byte order mark, the UTF-16 or UTF-32) they should be.
    /// </summary>
    NotUnicode,

    /// <summary>Nothing in it, or something without a length such as a pipe or a device.</summary>
    Empty,

    /// <summary>The name begins with a dot, or the system hides it.</summary>
    Hidden,

    /// <summary>A folder of build output or of packages: bin, obj, node_modules.</summary>
    BuildFolder,

    /// <summary>
    /// A symbolic link inside a searched folder; links are followed only where they are named by the caller.
    /// </summary>
    Link,

    /// <summary>The system refused to open or read it.</summary>
    Unreadable,
}

/// <summary>A file or folder that was not read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Reason">Why it was not read.</param>
/// <param name="Detail">The system's own words, for <see cref="SkipReason.Unreadable"/>; otherwise empty.</param>
public readonly record struct SkippedPath(string Path, SkipReason Reason, string Detail = "");
