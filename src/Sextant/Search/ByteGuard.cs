namespace Sextant.Search;

/// <summary>What wants to see bytes before a scan reads them, such as a file whose blocks have checksums.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class ByteGuard
{
    /// <summary>Checks bytes of a block of rows, counted from its first; what is damaged is a typed error.</summary>
    public abstract void Check(long first, long count);
}
