namespace Sextant.Search;

/// <summary>Learns the centroids of an inverted file over binary codes by k-majority.</summary>
/// <remarks>
/// A bit of a centroid is what most codes that are nearest to it have. Ties go to the smaller number, and a bit to 0,
/// so the same sample gives the same centroids everywhere.
/// </remarks>
internal static class BinaryCentroids
{
    private const int Rounds = 8;

    // A bit of a centroid is counted in four bytes.
    private const int MaxBits = 1 << 30;
    private const int CodesAtOnce = 1024;

    /// <summary>Learns centroids; the index that is returned is the caller's.</summary>
    /// <param name="bits">Length of a code.</param>
    /// <param name="sample">Codes to learn from, at least as many as lists.</param>
    /// <param name="lists">How many.</param>
    /// <param name="threads">Threads of the index; null for the process's shared ones.</param>
    /// <exception cref="ArgumentException">The sample is not whole codes, or has too few.</exception>
    public static BinaryIndex Learn(int bits, ReadOnlySpan<byte> sample, int lists, int? threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lists, 1);
        var centroids = new BinaryIndex(bits, threads);
        int bytes = centroids.CodeBytes, count = sample.Length / bytes;
        if (sample.Length % bytes != 0 || count < lists)
        {
            centroids.Dispose();
            throw new ArgumentException(
                $"{sample.Length} bytes are not at least {lists} whole codes of {bytes}.", nameof(sample));
        }
        if ((long)lists * bytes * 8 > MaxBits)
        {
            centroids.Dispose();
            throw new ArgumentOutOfRangeException(nameof(lists), lists, FormattableString.Invariant(
                $"lists of codes of {bits} bits: at most {MaxBits / (8 * bytes)} are accepted."));
        }
        byte[] chosen = new byte[lists * bytes];
        for (int i = 0; i < lists; i++)
            sample.Slice((int)((long)i * count / lists) * bytes, bytes).CopyTo(chosen.AsSpan(i * bytes));
        int[] ones = new int[lists * 8 * bytes], members = new int[lists], nearest = new int[count];
        for (int round = 0; round < Rounds; round++)
        {
            centroids.Clear();
            centroids.Add(chosen);
            Array.Clear(ones);
            Array.Clear(members);
            Nearest(centroids, sample, nearest);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> code = sample.Slice(i * bytes, bytes);
                members[nearest[i]]++;
                Span<int> counts = ones.AsSpan(nearest[i] * 8 * bytes, 8 * bytes);
                for (int bit = 0; bit < counts.Length; bit++)
                    counts[bit] += (code[bit / 8] >> (bit % 8)) & 1;
            }
            for (int list = 0; list < lists; list++)
            {
                if (members[list] == 0)
                    continue; // one that no code is nearest to stays where it is
                Span<byte> centroid = chosen.AsSpan(list * bytes, bytes);
                for (int bit = 0; bit < 8 * bytes; bit++)
                {
                    bool isSet = 2 * ones[(list * 8 * bytes) + bit] > members[list];
                    centroid[bit / 8] = (byte)((centroid[bit / 8] & ~(1 << (bit % 8))) | (isSet ? 1 << (bit % 8) : 0));
                }
            }
        }
        centroids.Clear();
        centroids.Add(chosen);
        return centroids;
    }

    /// <summary>The nearest centroid of each code.</summary>
    /// <param name="centroids">What is compared.</param>
    /// <param name="codes">[n, CodeBytes].</param>
    /// <param name="nearest">Receives [n].</param>
    public static void Nearest(BinaryIndex centroids, ReadOnlySpan<byte> codes, Span<int> nearest)
    {
        int bytes = centroids.CodeBytes, count = codes.Length / bytes;
        var hits = new BinaryHit[Math.Min(count, CodesAtOnce)];
        for (int first = 0; first < count; first += CodesAtOnce)
        {
            int some = Math.Min(CodesAtOnce, count - first);
            centroids.Search(codes.Slice(first * bytes, some * bytes), 1, hits);
            for (int i = 0; i < some; i++)
                nearest[first + i] = hits[i].Id;
        }
    }
}
