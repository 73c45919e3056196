namespace Sextant.Postgres;

/// <summary>Which types an index's columns have.</summary>
public enum PostgresTypes
{
    /// <summary>
    /// PostgreSQL's own, 14 or later: <c>bit(n)</c> for binary codes, <c>real[]</c> for float32, <c>bytea</c> for all
    /// others.
    /// </summary>
    Plain = 0,

    /// <summary>
    /// Those of the extension pgvector, 0.7 or later: <c>vector(n)</c> for float32, <c>halfvec(n)</c> for float16;
    /// others as in <see cref="Plain"/>.
    /// </summary>
    Pgvector = 1,
}

/// <summary>How an index is made in PostgreSQL. Immutable.</summary>
public sealed record PostgresOptions
{
    /// <summary>The types of its columns.</summary>
    public PostgresTypes Types { get; init; }

    /// <summary>
    /// Whether pgvector's graph (HNSW) is made over what is scanned: <c>bit_hamming_ops</c> over binary codes, else the
    /// metric's over the vectors. Searches use it where they ask for <see cref="FirstStage.Hnsw"/>.
    /// </summary>
    public bool Hnsw { get; init; }

    /// <summary>
    /// Whether rows are written by COPY; false: by INSERT, for servers and poolers that do not take COPY.
    /// </summary>
    public bool UsesCopy { get; init; } = true;
}

/// <summary>How a search finds its candidates.</summary>
public enum FirstStage
{
    /// <summary>All rows are compared; of equal distances the smaller id comes first, as in the library.</summary>
    Exact = 0,

    /// <summary>pgvector's graph, which may miss some. With a filter it needs pgvector 0.8.</summary>
    Hnsw = 1,
}

/// <summary>Where candidates are scored.</summary>
public enum ScoredBy
{
    /// <summary>Here, by the library: its scores, bit for bit.</summary>
    Library = 0,

    /// <summary>
    /// In the statement, by the server's own arithmetic: fewer bytes travel; scores differ in the last digits, and so
    /// may the order of nearly equal ones. Of <c>vector</c>, <c>halfvec</c> and <c>real[]</c> columns only.
    /// </summary>
    Server = 1,
}

/// <summary>What a search is limited to, and how it is done. Immutable.</summary>
public sealed record PostgresSearch
{
    /// <summary>The only documents that may be found; null: all.</summary>
    public Indexes.IndexFilter? Filter { get; init; }

    /// <summary>Candidates for each hit; at least 1.</summary>
    public int Oversampling { get; init; } = Search.SearchOptions.DefaultOversampling;

    /// <summary>Hits with smaller scores are left out.</summary>
    public float MinScore { get; init; } = float.NegativeInfinity;

    /// <summary>How candidates are found.</summary>
    public FirstStage FirstStage { get; init; }

    /// <summary>Where they are scored.</summary>
    public ScoredBy ScoredBy { get; init; }

    /// <summary>Whether hits have what is kept with them (<see cref="PostgresHit.Payload"/>).</summary>
    public bool WithPayloads { get; init; }
}

/// <summary>One found passage.</summary>
/// <param name="Key">The key of its document.</param>
/// <param name="Number">Which of its document's passages it is, counted from 0.</param>
/// <param name="Score">Larger is nearer; see <see cref="Search.Metric"/>.</param>
/// <param name="Payload">What is kept with it, where it was asked for.</param>
public readonly record struct PostgresHit(string Key, int Number, float Score, ReadOnlyMemory<byte>? Payload);
