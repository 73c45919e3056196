namespace Sextant.Gpu;

/// <summary>
/// Working memory of a search over codes on a device, cut into pieces: offsets in bytes from its beginning.
/// </summary>
internal readonly struct ScanMemory
{
    /// <param name="codes">What is searched.</param>
    /// <param name="bits">Length of a code.</param>
    /// <param name="queries">Queries at once.</param>
    /// <param name="k">Hits of each.</param>
    public ScanMemory(DeviceCodes codes, int bits, int queries, int k)
    {
        long next = 0;
        Queries = Piece(ref next, (long)queries * codes.Words * sizeof(ulong));
        Allowed = Piece(ref next, (long)codes.Tiles * (DeviceCodes.TileCodes / 8));
        Counts = Piece(ref next, (long)queries * (bits + 1) * sizeof(int));
        Limits = Piece(ref next, (long)queries * sizeof(int));
        LastIds = Piece(ref next, (long)queries * sizeof(int));
        Collected = Piece(ref next, (long)queries * sizeof(int));
        Ties = Piece(ref next, (long)queries * codes.Tiles * sizeof(int));
        Hits = Piece(ref next, (long)queries * k * 2 * sizeof(int));
        Distances = Piece(ref next, (long)queries * codes.Count * sizeof(ushort));
        Bytes = next;
    }

    /// <summary>All of it.</summary>
    public long Bytes { get; }

    /// <summary>[Q, words].</summary>
    public nint Queries { get; }

    /// <summary>A bit for each code of whole tiles.</summary>
    public nint Allowed { get; }

    /// <summary>How many codes are at each distance, [Q, bits + 1].</summary>
    public nint Counts { get; }

    /// <summary>The distance of each query's k-th, [Q].</summary>
    public nint Limits { get; }

    /// <summary>The last id at that distance that belongs, [Q].</summary>
    public nint LastIds { get; }

    /// <summary>How many hits were collected, [Q].</summary>
    public nint Collected { get; }

    /// <summary>Codes at the limit, [Q, tiles].</summary>
    public nint Ties { get; }

    /// <summary>Id and distance, [Q, k, 2].</summary>
    public nint Hits { get; }

    /// <summary>[Q, codes], 16 bits each.</summary>
    public nint Distances { get; }

    private static nint Piece(ref long next, long bytes)
    {
        nint first = (nint)next;
        next += (bytes + 255) & ~255L;
        return first;
    }
}
