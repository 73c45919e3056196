using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// <see cref="ResidualBinaryCode"/>s in memory, searched exactly by the symmetric distance: queries are encoded too,
/// and every code is compared by the Hamming distances of its levels. Scores are cosines of what the codes stand for.
/// </summary>
/// <remarks>
/// Any number of threads may search at once; adding and disposing need the index for themselves. The result never
/// depends on the number of threads. A search in steady state allocates nothing.
/// </remarks>
public sealed class ResidualBinaryIndex : IVectorIndex, IDisposable
{
    private readonly SearchMemory _memory = new();
    private readonly ResidualBinaryCode _code;
    private readonly ResidualBinaryStore _codes;
    private readonly ResidualBinarySearch _search;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;

    /// <summary>Creates an empty index.</summary>
    /// <param name="code">How vectors are encoded.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    public ResidualBinaryIndex(ResidualBinaryCode code, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        (_code, _codes) = (code, new ResidualBinaryStore(code));
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
        _search = new ResidualBinarySearch(code, _team, _memory);
    }

    /// <inheritdoc/>
    public int Dimensions => _code.Dimensions;

    /// <inheritdoc/>
    public int Count => _codes.Count;

    /// <summary>Bytes that a vector takes: its code, and the length of what it stands for.</summary>
    public int VectorBytes => _code.CodeBytes + sizeof(float);

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole vectors, or a value is not finite.</exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (vectors.Length % Dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {Dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        int first = Count;
        byte[] code = new byte[_code.CodeBytes];
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..])
            _codes.Add(code, _code.Encode(vectors[..Dimensions], code));
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        return _search.Search(query, _codes, isCosine: true, hits, options.Allowed, options.MinScore);
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _codes.Dispose();
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }
}
