namespace Sextant.Search;

/// <summary>What a search is limited to. Immutable; one object serves any number of searches.</summary>
public sealed record SearchOptions
{
    /// <summary>No limits.</summary>
    public static SearchOptions None { get; } = new();

    /// <summary>Candidates for each hit, unless the caller says otherwise.</summary>
    public const int DefaultOversampling = 4;

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
    public int Oversampling { get; init; } = DefaultOversampling;

    /// <summary>
    /// Lists that are read of an index that has lists (<c>IndexDefinition.Lists</c>): those whose centroids are nearest
    /// to the query. More find more, and take longer. 0: all codes are compared.
    /// </summary>
    public int Probes { get; init; }

    /// <summary>
    /// Bits in which a float query's values are compared with binary codes: 1, the query's signs (Hamming distances);
    /// 4 or 8, its values rounded to 15 or 255 levels, which find more at nearly the same speed. Null: 4. Other codes
    /// have no such choice and refuse one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public int? QueryBits
    {
        get;
        init => field = value is null or 1 or 4 or 8
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "QueryBits is 1, 4 or 8.");
    }
}
