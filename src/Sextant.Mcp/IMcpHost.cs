namespace Sextant.Mcp;

/// <summary>What a program offers to the clients of the protocol. Nothing here changes anything.</summary>
/// <remarks>Thread-safe: a client may call several tools at once.</remarks>
internal interface IMcpHost
{
    /// <summary>Version of the program.</summary>
    string Version { get; }

    /// <summary>What can be searched, by names that do not change while the program runs.</summary>
    /// <exception cref="McpToolException">It is not known yet.</exception>
    IReadOnlyList<McpSource> Sources { get; }

    /// <summary>Names of the models that embed; the first is taken where a call names none.</summary>
    /// <exception cref="McpToolException">They are not known yet.</exception>
    IReadOnlyList<string> Models { get; }

    /// <summary>Vectors of texts.</summary>
    /// <exception cref="McpToolException">The call is not one that can be answered.</exception>
    Task<McpVectors> Embed(McpEmbedding call, CancellationToken cancellation);

    /// <summary>The passages of a source that are nearest to a query.</summary>
    /// <exception cref="McpToolException">The call is not one that can be answered.</exception>
    Task<McpFound> Search(McpSource source, McpQuery query, CancellationToken cancellation);

    /// <summary>The text of a passage that a search found; null where there is none such (any more).</summary>
    /// <exception cref="McpToolException">The place is outside of what may be read.</exception>
    Task<string?> Read(McpSource source, PassagePlace place, CancellationToken cancellation);
}

/// <summary>An index, or a folder of files.</summary>
/// <param name="Name">What calls name it.</param>
/// <param name="IsFolder">Whether files are searched; else an index.</param>
/// <param name="Description">What it is, for whoever chooses one.</param>
internal sealed record McpSource(string Name, bool IsFolder, string Description);

/// <summary>A call of embed or similarity.</summary>
/// <param name="Texts">At least one; none is empty.</param>
/// <param name="Prompt">Name of the model's prompt; null: the model's default.</param>
/// <param name="Model">One of the models; null: the first.</param>
/// <param name="Dimensions">Length of vectors; null: all.</param>
internal sealed record McpEmbedding(
    IReadOnlyList<string> Texts, string? Prompt = null, string? Model = null, int? Dimensions = null);

/// <summary>Vectors, and what became of the texts.</summary>
/// <param name="Model">What made them.</param>
/// <param name="Vectors">In the order of the texts.</param>
/// <param name="Truncated">Tokens beyond the model's limit, of all texts.</param>
/// <param name="Unknown">Unknown tokens of all texts.</param>
/// <param name="Notes">What a caller has to know, such as dimensions that the model was not made for.</param>
internal sealed record McpVectors(
    string Model, IReadOnlyList<float[]> Vectors, long Truncated, long Unknown, IReadOnlyList<string> Notes);

/// <summary>A call of search.</summary>
/// <param name="Text">What is asked.</param>
/// <param name="Most">Most passages.</param>
/// <param name="Ranking">hybrid, dense or bm25; null: hybrid where the source can.</param>
/// <param name="Path">A file or folder below a source that is a folder; null: all of it.</param>
/// <param name="Filter">Conditions on attributes of an index.</param>
internal sealed record McpQuery(
    string Text, int Most, string? Ranking, string? Path, IReadOnlyList<string> Filter);

/// <summary>What a search found.</summary>
/// <param name="Ranking">What it ranked by.</param>
/// <param name="Hits">Best first.</param>
/// <param name="Notes">What a caller has to know: a query that was cut, files that were skipped.</param>
internal sealed record McpFound(string Ranking, IReadOnlyList<McpHit> Hits, IReadOnlyList<string> Notes);

/// <summary>A passage that was found.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Score">What it is ranked by.</param>
/// <param name="Similarity">Of its vector to the query's; null where vectors were not compared.</param>
/// <param name="Bm25">Of its words; null where they were not counted.</param>
/// <param name="Headings">Above it.</param>
/// <param name="Text">All of it.</param>
/// <param name="FirstLine">Of its file, from 1 on.</param>
/// <param name="LastLine">Of its file.</param>
internal sealed record McpHit(
    PassagePlace Place, float Score, float? Similarity, float? Bm25, string Headings, string Text, int FirstLine,
    int LastLine);

/// <summary>A call that cannot be answered, in words for the client: the tool's error, not the protocol's.</summary>
internal sealed class McpToolException(string message, Exception? inner = null) : Exception(message, inner);
