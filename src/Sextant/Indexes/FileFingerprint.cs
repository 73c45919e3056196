using System.Buffers;

namespace Sextant.Indexes;

/// <summary>Tells files apart by their bytes, at the disk's speed: no protection against a forger.</summary>
internal static class FileFingerprint
{
    private const int BufferBytes = 1 << 20;

    /// <summary>
    /// The four lanes of <see cref="Checksum"/> over the files, one after the other, and their length.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(params IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var sum = new ChecksumLanes();
        byte[] rented = ArrayPool<byte>.Shared.Rent(BufferBytes);
        Span<byte> buffer = rented.AsSpan(0, BufferBytes);
        int held = 0;
        foreach (string path in files)
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                1);
            for (int read; (read = file.Read(buffer[held..])) > 0;)
            {
                held += read;
                if (held == buffer.Length) // parts but the last have whole words of all lanes
                {
                    sum.Add(buffer);
                    held = 0;
                }
            }
        }
        sum.Add(buffer[..held]);
        ArrayPool<byte>.Shared.Return(rented);
        return sum.Text();
    }
}
