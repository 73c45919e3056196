using System.Globalization;
using Sextant.Codes;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Binary codes in memory, searched exactly by Hamming distance: every code is compared with every query.
/// </summary>
/// <remarks>
/// Codes are <see cref="BinaryCode"/>'s <c>ubinary</c>; any other order of bits works too, as long as queries have it
/// as well. Any number of threads may search at once; adding, clearing and disposing need the index for themselves.
/// The result never depends on the number of threads. A search in steady state allocates nothing.
/// </remarks>
internal sealed class BinaryIndex : IDisposable
{
    /// <summary>Longest code.</summary>
    public const int MaxBits = HammingArguments.MaxWords * 64;

    private readonly SearchMemory _memory = new();
    private readonly CodeStore _codes;
    private readonly HammingSearch _search;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;

    /// <summary>Creates an empty index.</summary>
    /// <param name="bits">Length of a code; 1 to <see cref="MaxBits"/>.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    public BinaryIndex(int bits, int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        Bits = bits;
        _codes = new CodeStore(CodeBytes);
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
        _search = new HammingSearch(bits, _team, _memory);
    }

    /// <summary>Length of a code.</summary>
    public int Bits { get; }

    /// <summary>Bytes of a code: ⌈Bits / 8⌉. What is left of the last byte is zero.</summary>
    public int CodeBytes => BinaryCode.Bytes(Bits);

    /// <summary>How many codes are held; their ids are 0 … Count − 1.</summary>
    public int Count => _codes.Count;

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <param name="codes">[n, CodeBytes], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of a code's, or a bit after a code's last one is set; nothing was added.
    /// </exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        RequireCodes(codes, nameof(codes));
        int first = Count;
        _ = checked(first + (codes.Length / CodeBytes));
        _codes.Add(codes);
        return first;
    }

    /// <summary>The code with an id.</summary>
    internal void CopyTo(int id, Span<byte> code) => _codes.CopyTo(id, code);

    /// <summary>Forgets all codes and keeps the memory for the next ones.</summary>
    public void Clear() => _codes.Clear();

    /// <summary>Finds the nearest codes.</summary>
    /// <param name="query">[CodeBytes].</param>
    /// <param name="hits">Receives the hits, nearest first, then by id; its length is k.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <returns>How many hits were written: k, or all that may be found where there are fewer.</returns>
    /// <exception cref="ArgumentException">The query is no code of this index.</exception>
    public int Search(ReadOnlySpan<byte> query, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        RequireOneCode(query);
        return Search(query, hits.Length, hits, allowed);
    }

    /// <summary>Finds the nearest codes of several queries; many at once are faster than one after the other.</summary>
    /// <param name="queries">[n, CodeBytes], row by row.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">Receives [n, k], each query's nearest first, then by id.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <returns>How many hits were written of each k: k, or all that may be found where there are fewer.</returns>
    /// <exception cref="ArgumentException">
    /// A query is no code of this index, or there is no room for the hits.
    /// </exception>
    public int Search(ReadOnlySpan<byte> queries, int k, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        RequireCodes(queries, nameof(queries));
        int count = queries.Length / CodeBytes;
        if (hits.Length < (long)count * k)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{hits.Length} hits; {count} queries need {(long)count * k}."),
                nameof(hits));
        }
        IdSet.Require(allowed, Count);
        return _search.Nearest(_codes, queries, CodeBytes, k, hits, allowed);
    }

    /// <summary>Finds all codes within a distance.</summary>
    /// <param name="query">[CodeBytes].</param>
    /// <param name="radius">The greatest distance that counts.</param>
    /// <param name="hits">Receives the hits, nearest first, then by id, as many as it has room for.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <returns>How many codes are within the radius; may be more than there was room for.</returns>
    /// <exception cref="ArgumentException">The query is no code of this index.</exception>
    public int SearchRange(ReadOnlySpan<byte> query, int radius, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        RequireOneCode(query);
        RequireCodes(query, nameof(query));
        IdSet.Require(allowed, Count);
        return _search.Within(_codes, query, radius, hits, allowed);
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _codes.Dispose();
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }

    private void RequireOneCode(ReadOnlySpan<byte> query)
    {
        if (query.Length != CodeBytes)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"the query has {query.Length} bytes; a code of {Bits} bits has {CodeBytes}."),
                nameof(query));
        }
    }

    private void RequireCodes(ReadOnlySpan<byte> codes, string name)
    {
        _memory.RequireLive(this);
        BinaryCode.Require(codes, Bits, name);
    }
}
