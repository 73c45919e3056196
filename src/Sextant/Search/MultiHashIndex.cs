using System.Numerics;
using System.Runtime.InteropServices;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Binary codes, searched exactly by looking up pieces of them: sub-linear where near neighbours are near, such as
/// duplicates and close variants among millions.
/// </summary>
/// <remarks>
/// <para>Multi-index hashing, Norouzi, Punjani and Fleet, "Fast Exact Search in Hamming Space with Multi-Index
/// Hashing", PAMI 2014: a code is cut into m pieces, each of which is the key of a table. A code within distance m·a +
/// b differs by at most a bits in one of the first b + 1 pieces, or by fewer than a in another; so asking the tables
/// ring by ring makes all codes of one distance after the other known. Where that would ask more than there are codes,
/// all are compared instead: the result is the same.</para>
/// <para>Any number of threads may search at once; adding and disposing need the index for themselves. The first search
/// after an addition builds the tables: 4 bytes for each code and piece. Tables are asked on the caller's thread, which
/// takes less than waking another; where all codes are compared, threads share them. A search in steady state allocates
/// nothing.</para>
/// </remarks>
public sealed unsafe class MultiHashIndex : IBinaryIndex, IDisposable
{
    private const int FewestPieceBits = 8;
    private const int MaxPieceBits = 20;

    private readonly SearchMemory _memory = new();
    private readonly BinaryIndex _codes;
    private readonly List<ulong> _words = []; // [Count, _wordCount]
    private readonly int _wordCount;
    private readonly Lock _building = new();
    private MultiHashTable[]? _tables;
    private long _wholeScans;

    /// <summary>Creates an empty index.</summary>
    /// <param name="bits">Length of a code; 1 to <see cref="BinaryIndex.MaxBits"/>.</param>
    /// <param name="threads">Threads that compare all codes; null for the process's shared ones.</param>
    public MultiHashIndex(int bits, int? threads = null)
    {
        _codes = new BinaryIndex(bits, threads);
        _wordCount = Math.Max(1, (_codes.CodeBytes + 7) / 8);
    }

    /// <inheritdoc/>
    public int Bits => _codes.Bits;

    /// <inheritdoc/>
    public int Count => _codes.Count;

    /// <summary>How many searches compared all codes, since the tables would have been asked more often.</summary>
    public long WholeScans => Interlocked.Read(ref _wholeScans);

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole codes; nothing was added.</exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        int first = _codes.Add(codes);
        Span<ulong> words = stackalloc ulong[_wordCount];
        for (; !codes.IsEmpty; codes = codes[_codes.CodeBytes..])
        {
            fixed (ulong* start = words)
                CodeStore.Widen(codes[.._codes.CodeBytes], start, _wordCount);
            foreach (ulong word in words)
                _words.Add(word);
        }
        _tables = null;
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<byte> query, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        int k = Math.Min(hits.Length, Count);
        if (query.Length != _codes.CodeBytes || k == 0)
            return _codes.Search(query, hits, allowed); // which says what is wrong, if something is
        IdSet.Require(allowed, Count);
        Span<ulong> asked = stackalloc ulong[_wordCount];
        fixed (ulong* start = asked)
            CodeStore.Widen(query, start, _wordCount);
        long total = 0;
        long foundAt = SearchMemory.Reserve(ref total, (long)Count * sizeof(BinaryHit));
        long marksAt = SearchMemory.Reserve(ref total, (Count + 31L) / 32 * sizeof(int));
        long withinAt = SearchMemory.Reserve(ref total, (Bits + 1L) * sizeof(int));
        NativeBlock memory = _memory.Take(total);
        try
        {
            var look = new Look
            {
                Found = (BinaryHit*)(memory.Pointer + foundAt),
                Marks = (int*)(memory.Pointer + marksAt),
                Within = (int*)(memory.Pointer + withinAt),
            };
            new Span<int>(look.Marks, (Count + 31) / 32).Clear();
            new Span<int>(look.Within, Bits + 1).Clear();
            int count = Find(asked, k, allowed, look);
            if (count < 0)
            {
                Interlocked.Increment(ref _wholeScans);
                return _codes.Search(query, hits, allowed);
            }
            var all = new Span<BinaryHit>(look.Found, count);
            all.Sort(static (left, right) => left.IsBefore(right) ? -1 : right.IsBefore(left) ? 1 : 0);
            k = Math.Min(k, count);
            all[..k].CopyTo(hits);
            return k;
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _codes.Dispose();
        _memory.Dispose();
    }

    // Finds codes until k are certain; those beyond the radius that is known may be among them, and sort after.
    // Returns how many there are, or −1 where a whole scan is cheaper.
    private int Find(ReadOnlySpan<ulong> query, int k, IdSet? allowed, in Look look)
    {
        MultiHashTable[] tables = Tables();
        int count = 0, certain = 0;
        long work = 0;
        for (int radius = 0; radius <= Bits && certain < k; radius++)
        {
            (int ring, int piece) = (radius / tables.Length, radius % tables.Length);
            MultiHashTable table = tables[piece];
            work += table.RingSize(ring);
            if (work > Count)
                return -1;
            uint key = table.Key(query);
            for (ulong mask = MultiHashTable.FirstOf(ring); mask < 1ul << table.Bits; mask = MultiHashTable.Next(mask))
            {
                foreach (int id in table.Ids(key ^ (uint)mask))
                {
                    ref int word = ref look.Marks[id / 32];
                    work++;
                    if ((word & (1 << (id % 32))) != 0)
                        continue;
                    word |= 1 << (id % 32);
                    if (allowed is not null && !allowed.Contains(id))
                        continue;
                    int distance = Distance(query, id);
                    look.Found[count++] = new BinaryHit(id, distance);
                    look.Within[distance]++; // nothing nearer than the radius is new here
                }
                if (ring == 0)
                    break;
            }
            certain += look.Within[radius];
        }
        return count;
    }

    private int Distance(ReadOnlySpan<ulong> query, int id)
    {
        ReadOnlySpan<ulong> code = CollectionsMarshal.AsSpan(_words).Slice(id * _wordCount, _wordCount);
        int distance = 0;
        for (int i = 0; i < code.Length; i++)
            distance += BitOperations.PopCount(query[i] ^ code[i]);
        return distance;
    }

    private MultiHashTable[] Tables()
    {
        if (Volatile.Read(ref _tables) is { } ready)
            return ready;
        lock (_building)
        {
            if (_tables is null)
            {
                // Buckets of about one code each.
                int wanted = Math.Clamp(BitOperations.Log2((uint)Count), FewestPieceBits, MaxPieceBits);
                int pieces = Math.Max(1, (Bits + wanted - 1) / wanted);
                var tables = new MultiHashTable[pieces];
                for (int i = 0; i < pieces; i++)
                {
                    int first = (int)((long)Bits * i / pieces), end = (int)((long)Bits * (i + 1) / pieces);
                    tables[i] = new MultiHashTable(CollectionsMarshal.AsSpan(_words), _wordCount, first, end - first);
                }
                Volatile.Write(ref _tables, tables);
            }
            return _tables;
        }
    }

    // Memory of one search: codes that were found, a bit for each code that was seen, codes found at each distance.
    private readonly struct Look
    {
        public required BinaryHit* Found { get; init; }

        public required int* Marks { get; init; }

        public required int* Within { get; init; }
    }
}
