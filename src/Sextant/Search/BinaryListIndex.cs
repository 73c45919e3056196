using System.Buffers;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// An inverted file over binary codes: each code is in the list of its nearest centroid, and a search reads only the
/// lists whose centroids are nearest to the query. Approximate; with all lists read it is exact.
/// </summary>
/// <remarks>
/// Centroids are learnt from a sample by k-majority: a bit is what most members of a list have. Ties go to the smaller
/// number, and a bit to 0, so the same sample gives the same lists everywhere. Any number of threads may search at
/// once; adding and disposing need the index for themselves. A search runs on the caller's thread.
/// </remarks>
public sealed unsafe class BinaryListIndex : IBinaryIndex, IDisposable
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int ChunkTiles = 32;
    private const int Rounds = 8;

    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;
    private readonly SearchMemory _memory = new();
    private readonly BinaryIndex _centroids;
    private readonly CodeStore[] _lists;
    private readonly List<int>[] _ids;
    private int _probes;

    private BinaryListIndex(int bits, BinaryIndex centroids)
    {
        (Bits, _centroids) = (bits, centroids);
        _lists = [.. Enumerable.Range(0, centroids.Count).Select(_ => new CodeStore(centroids.CodeBytes))];
        _ids = [.. _lists.Select(_ => new List<int>())];
        Probes = Math.Max(1, _lists.Length / 16);
    }

    /// <inheritdoc/>
    public int Bits { get; }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Lists there are.</summary>
    public int Lists => _lists.Length;

    /// <summary>Lists that a search reads: more find more, and take longer. At first a sixteenth of them.</summary>
    public int Probes
    {
        get => _probes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _probes = Math.Min(value, Lists);
        }
    }

    /// <summary>Learns centroids and makes an index without codes.</summary>
    /// <param name="bits">Length of a code.</param>
    /// <param name="sample">Codes to learn from, at least as many as lists.</param>
    /// <param name="lists">How many lists; the square root of the number of codes is a good start.</param>
    /// <exception cref="ArgumentException">The sample is not whole codes, or has too few.</exception>
    public static BinaryListIndex Train(int bits, ReadOnlySpan<byte> sample, int lists)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lists, 1);
        var centroids = new BinaryIndex(bits, 1);
        int bytes = centroids.CodeBytes, count = sample.Length / bytes;
        if (sample.Length % bytes != 0 || count < lists)
        {
            centroids.Dispose();
            throw new ArgumentException(
                $"{sample.Length} bytes are not at least {lists} whole codes of {bytes}.", nameof(sample));
        }
        byte[] chosen = new byte[lists * bytes];
        for (int i = 0; i < lists; i++)
            sample.Slice((int)((long)i * count / lists) * bytes, bytes).CopyTo(chosen.AsSpan(i * bytes));
        int[] ones = new int[lists * 8 * bytes], members = new int[lists];
        var nearest = new BinaryHit[1];
        for (int round = 0; round < Rounds; round++)
        {
            centroids.Clear();
            centroids.Add(chosen);
            Array.Clear(ones);
            Array.Clear(members);
            for (int at = 0; at < sample.Length; at += bytes)
            {
                ReadOnlySpan<byte> code = sample.Slice(at, bytes);
                centroids.Search(code, nearest);
                int list = nearest[0].Id;
                members[list]++;
                for (int bit = 0; bit < 8 * bytes; bit++)
                    ones[(list * 8 * bytes) + bit] += (code[bit / 8] >> (bit % 8)) & 1;
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
        return new BinaryListIndex(bits, centroids);
    }

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole codes.</exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        int bytes = _centroids.CodeBytes, first = Count;
        var nearest = new BinaryHit[1];
        if (codes.Length % bytes != 0)
            throw new ArgumentException($"{codes.Length} bytes are not whole codes of {bytes}.", nameof(codes));
        for (; !codes.IsEmpty; codes = codes[bytes..])
        {
            _centroids.Search(codes[..bytes], nearest);
            _lists[nearest[0].Id].Add(codes[..bytes]);
            _ids[nearest[0].Id].Add(Count++);
        }
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<byte> query, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        IdSet.Require(allowed, Count);
        int probes = _probes, k = Math.Min(hits.Length, Count), words = _lists[0].Words;
        BinaryHit[] lists = ArrayPool<BinaryHit>.Shared.Rent(probes);
        Hit[] kept = ArrayPool<Hit>.Shared.Rent(Math.Max(1, k));
        NativeBlock memory = _memory.Take((ChunkTiles * TileCodes * sizeof(int)) + ((long)words * sizeof(ulong)));
        try
        {
            probes = _centroids.Search(query, lists.AsSpan(0, probes));
            ulong* asked = (ulong*)(memory.Pointer + (ChunkTiles * TileCodes * sizeof(int)));
            CodeStore.Widen(query, asked, words);
            var best = new BestHits(kept.AsSpan(0, k));
            for (int i = 0; i < probes && k > 0; i++)
                Scan(lists[i].Id, asked, (int*)memory.Pointer, allowed, ref best);
            int found = best.Sort();
            for (int i = 0; i < found; i++)
                hits[i] = new BinaryHit(kept[i].Id, -(int)kept[i].Score);
            return found;
        }
        finally
        {
            _memory.Return(memory);
            ArrayPool<BinaryHit>.Shared.Return(lists);
            ArrayPool<Hit>.Shared.Return(kept);
        }
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _centroids.Dispose();
        foreach (CodeStore list in _lists)
            list.Dispose();
        _memory.Dispose();
    }

    // Distances are exact as binary32, and the order of hits is that of distances and ids.
    private void Scan(int list, ulong* query, int* distances, IdSet? allowed, ref BestHits best)
    {
        CodeStore codes = _lists[list];
        List<int> ids = _ids[list];
        for (int tile = 0; tile < codes.Tiles;)
        {
            ulong* tiles = codes.Tile(tile, out int inARow, out int first, out _);
            int taken = Math.Min(Math.Min(ChunkTiles, inARow), codes.Tiles - tile);
            _kernel(new HammingArguments
            {
                Queries = query,
                QueryCount = 1,
                Tiles = tiles,
                TileCount = taken,
                Words = codes.Words,
                Distances = distances,
            });
            for (int i = 0; i < taken * TileCodes && first + i < ids.Count; i++)
            {
                int id = ids[first + i];
                if (allowed is null || allowed.Contains(id))
                    best.Offer(new Hit(id, -distances[i]));
            }
            tile += taken;
        }
    }
}
