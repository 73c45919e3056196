namespace Sextant.Search;

/// <summary>The best hits of each shard of a scan, in memory of the search.</summary>
/// <remarks>Each shard is written by one thread at a time; merging needs all of them to have ended.</remarks>
internal readonly unsafe struct ShardHits
{
    private readonly int* _found; // [shards]
    private readonly Hit* _best; // [shards, k]
    private readonly int _k;

    /// <summary>Lays the hits into memory of <see cref="Bytes"/>, on a cache line of its own.</summary>
    public ShardHits(byte* memory, int shards, int k)
    {
        long total = 0;
        _found = (int*)(memory + SearchMemory.Reserve(ref total, (long)shards * sizeof(int)));
        _best = (Hit*)(memory + SearchMemory.Reserve(ref total, (long)shards * k * sizeof(Hit)));
        (Shards, _k) = (shards, k);
    }

    /// <summary>Into how many shards the scan is cut.</summary>
    public int Shards { get; }

    /// <summary>Bytes of memory for so many shards that keep k hits each.</summary>
    public static long Bytes(int shards, int k)
    {
        long total = 0;
        SearchMemory.Reserve(ref total, (long)shards * sizeof(int));
        SearchMemory.Reserve(ref total, (long)shards * k * sizeof(Hit));
        return total;
    }

    /// <summary>What a shard has to read of so many items, in order: from the first to before the end.</summary>
    public (long First, long End) Range(long items, int shard) =>
        (items * shard / Shards, items * (shard + 1) / Shards);

    /// <summary>An empty collector in a shard's memory; give it to <see cref="Keep"/> at the end.</summary>
    public BestHits Collect(int shard) => new(Of(shard));

    /// <summary>Ends a shard.</summary>
    public void Keep(int shard, in BestHits best) => _found[shard] = best.Count;

    /// <summary>The best of all shards, in order; returns how many there are.</summary>
    public int Merge(Span<Hit> hits)
    {
        var all = new BestHits(hits);
        for (int shard = 0; shard < Shards; shard++)
        {
            foreach (Hit hit in Of(shard)[.._found[shard]])
                all.Offer(hit);
        }
        return all.Sort();
    }

    private Span<Hit> Of(int shard) => new(_best + ((nint)shard * _k), _k);
}
