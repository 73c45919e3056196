namespace Sextant.Search;

/// <summary>What a search is limited to. Immutable; one object serves any number of searches.</summary>
public sealed record SearchOptions
{
    /// <summary>No limits.</summary>
    public static SearchOptions None { get; } = new();

    /// <summary>
    /// The only ids that may be found; null: all. It is asked within the scan, so k hits are found if there are.
    /// </summary>
    public IdSet? Allowed { get; init; }

    /// <summary>Hits with smaller scores are left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, which no score is smaller than.</exception>
    public float MinScore
    {
        get;
        init => field = !float.IsNaN(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MinScore is a number.");
    } = float.NegativeInfinity;

    /// <summary>Candidates for each hit, where a scan of small codes comes before the scoring; at least 1.</summary>
    public int Oversampling { get; init; } = RescoredIndex.DefaultOversampling;

    /// <summary>
    /// Lists that are read of an index on disk that has lists (<c>IndexDefinition.Lists</c>): the nearest N of a full
    /// segment, and as large a share of a smaller one. More find more, and take longer. 0: all codes are compared.
    /// </summary>
    public int Probes { get; init; }
}
