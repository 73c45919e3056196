namespace Sextant.Hub;

/// <summary>How far a download has come.</summary>
/// <param name="Done">Bytes that are here, of all files.</param>
/// <param name="Total">Bytes of all files.</param>
/// <param name="File">The file that is being downloaded.</param>
public readonly record struct PullProgress(long Done, long Total, string File);
