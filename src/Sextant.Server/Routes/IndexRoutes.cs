using System.Diagnostics;
using System.Globalization;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;
using Sextant.Server.Hosting;
using Sextant.Server.Http;
using Sextant.Server.Indexes;
using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>Indexes: search, and documents put in and taken out.</summary>
internal static class IndexRoutes
{
    private const string Tag = "Indexes";
    private const int MaxHits = 1000;

    public static void Map(WebApplication app)
    {
        app.MapGet("/v1/indexes", (IndexSet indexes, ModelSet models) =>
        {
            models.RequireReady();
            return Results.Json(new IndexList([.. indexes.All.Select(Facts)]), Json.Options);
        }).Produces<IndexList>().WithTags(Tag);
        app.MapGet("/v1/indexes/{name}", (string name, IndexSet indexes) =>
            Results.Json(Facts(indexes.Find(name)), Json.Options)).Produces<IndexFacts>().WithTags(Tag);
        app.MapPost("/v1/indexes/{name}/search", Search)
            .Accepts<SearchRequest>("application/json").Produces<SearchResponse>().WithTags(Tag);
        app.MapPost("/v1/indexes/{name}/documents", Upsert)
            .Accepts<UpsertRequest>("application/json").Produces<ChangeResponse>().WithTags(Tag);
        app.MapPost("/v1/indexes/{name}/delete", Delete)
            .Accepts<DeleteRequest>("application/json").Produces<ChangeResponse>().WithTags(Tag);
        app.MapGet("/v1/indexes/{name}/documents/{**key}", Get).Produces<DocumentResponse>().WithTags(Tag);
        app.MapDelete("/v1/indexes/{name}/documents/{**key}", DeleteOne).Produces<ChangeResponse>().WithTags(Tag);
    }

    private static IndexFacts Facts(ServedIndex index)
    {
        IndexStatistics facts = index.Statistics();
        return new IndexFacts(
            index.Name, index.Model.Id, index.Model.Card.Dimensions, facts.Documents, facts.Passages, facts.Commit,
            facts.Bytes, facts.Attributes, index.KeepsTerms);
    }

    private static async Task Search(HttpContext context, string name, IndexSet indexes)
    {
        long started = Stopwatch.GetTimestamp();
        ServedIndex index = indexes.Find(name);
        SearchRequest request = await Json.Read<SearchRequest>(context).ConfigureAwait(false);
        (bool dense, bool words) = RankingOf(request, index);
        if (request.K is < 1 or > MaxHits)
            throw ApiException.Invalid($"'k' is {request.K}; 1 to {MaxHits} are accepted.", "k");
        float[]? vector = dense ? request.Vector : null;
        if (dense && vector is null)
        {
            Answer<float[]> answer = await index.Model.Embed(
                new TextsOrTokens(true, [request.Query!], null), new EmbedForm(Prompt: index.QueryPrompt), "query",
                context.RequestAborted).ConfigureAwait(false);
            ReportHeaders.Set(context.Response, answer.Inputs);
            vector = answer.Results[0];
        }
        (List<IndexHit> hits, long commit, bool isUnfinished) = Refusing(() => index.Search(new IndexQuery(
            words ? index.Terms(request.Query!) : null, vector, request.K ?? 10, request.Filter ?? [],
            request.MinScore ?? float.NegativeInfinity, request.Oversampling ?? SearchOptions.DefaultOversampling,
            request.Probes ?? 0, request.QueryBits)));
        var response = new SearchResponse(
            [.. hits.Select(Entry)], commit, isUnfinished, dense && words ? "hybrid" : dense ? "dense" : "bm25",
            Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        await context.Response.WriteAsJsonAsync(response, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    // By vectors, by words, or both.
    private static (bool Dense, bool Words) RankingOf(SearchRequest request, ServedIndex index)
    {
        if (request.Query is null == request.Vector is null && request.Query is null)
            throw ApiException.Invalid("'query' or 'vector' is needed.", "query");
        string ranking = request.Ranking ?? (request.Query is not null && index.KeepsTerms ? "hybrid" : "dense");
        if (ranking is not ("hybrid" or "dense" or "bm25"))
        {
            throw ApiException.Invalid(
                $"'ranking' is '{ranking}'; hybrid, dense and bm25 are accepted.", "ranking");
        }
        if (ranking != "dense" && request.Query is not { Length: > 0 })
            throw ApiException.Invalid($"'ranking' is {ranking}, which needs 'query'.", "query");
        if (ranking != "dense" && !index.KeepsTerms)
            throw ApiException.Invalid($"'{index.Name}' keeps no words; only 'ranking' dense is possible.", "ranking");
        if (ranking == "bm25" && request is { Vector: not null } or { MinScore: not null, Ranking: "bm25" })
            throw ApiException.Invalid("'vector' and 'min_score' are for vectors; 'ranking' bm25 has none.", "ranking");
        if (request.Vector is { } vector && vector.Length != index.Model.Card.Dimensions)
        {
            throw ApiException.Invalid(
                $"'vector' has {vector.Length} numbers; '{index.Name}' has vectors of "
                + $"{index.Model.Card.Dimensions}.", "vector");
        }
        return (ranking != "bm25", ranking != "dense");
    }

    private static SearchHit Entry(IndexHit hit) => new(
        hit.Key, hit.Number, hit.Score, hit.Similarity, hit.Terms, hit.Passage.Text, hit.Passage.Headings,
        hit.Passage.FirstLine, hit.Passage.LastLine, Attributes(hit.Attributes));

    private static Dictionary<string, object> Attributes(IReadOnlyList<IndexAttribute> attributes) =>
        attributes.Where(one => one.Name != IndexedFile.ContinuesName).ToDictionary(
            one => one.Name, one => Shown(one.Value), StringComparer.Ordinal);

    // JSON has no NaN and no infinity: an index that was made elsewhere may have them, and they become their names.
    private static object Shown(object value) => value switch
    {
        double number => Shown(number),
        IReadOnlyList<double> numbers => numbers.Select(Shown).ToArray(),
        _ => value,
    };

    private static object Shown(double number) =>
        double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture);

    private static async Task Upsert(HttpContext context, string name, IndexSet indexes, ServerOptions options)
    {
        ServedIndex index = indexes.Find(name);
        UpsertRequest request = await Json.Read<UpsertRequest>(context).ConfigureAwait(false);
        if (request.Documents.Length == 0)
            throw ApiException.Invalid("'documents' is empty; at least one is needed.", "documents");
        DocumentEncoder encoder = new(index, options);
        (List<IndexDocument> documents, EncodedInput[] inputs) = await encoder.Encode(
            request.Documents, context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, inputs);
        // From here on the change is made, whether the client waits or not.
        ChangeResult result = await Refusing(
            () => index.Write(new IndexChange(documents, []), context.RequestAborted)).ConfigureAwait(false);
        await Write(context, new ChangeResponse(
            result.Commit, documents.Count, inputs.Length, 0)).ConfigureAwait(false);
    }

    private static async Task Delete(HttpContext context, string name, IndexSet indexes)
    {
        ServedIndex index = indexes.Find(name);
        DeleteRequest request = await Json.Read<DeleteRequest>(context).ConfigureAwait(false);
        if (request.Keys.Length == 0)
            throw ApiException.Invalid("'keys' is empty; at least one is needed.", "keys");
        Array.ForEach(request.Keys, key => DocumentEncoder.RequireKey(key, "keys"));
        await Remove(context, index, request.Keys).ConfigureAwait(false);
    }

    private static Task DeleteOne(HttpContext context, string name, string key, IndexSet indexes)
    {
        ServedIndex index = indexes.Find(name);
        DocumentEncoder.RequireKey(key, "key");
        return index.Document(key) is null ? throw Missing(key) : Remove(context, index, [key]);
    }

    private static async Task Remove(HttpContext context, ServedIndex index, string[] keys)
    {
        ChangeResult result = await Refusing(
            () => index.Write(new IndexChange([], keys), context.RequestAborted)).ConfigureAwait(false);
        await Write(context, new ChangeResponse(result.Commit, 0, 0, result.Deleted)).ConfigureAwait(false);
    }

    private static IResult Get(string name, string key, IndexSet indexes) => indexes.Find(name).Document(key) switch
    {
        (List<Passage> passages, IReadOnlyList<IndexAttribute> attributes) => Results.Json(
            new DocumentResponse(key, [.. passages.Select(one => one.Text)], Attributes(attributes)), Json.Options),
        null => throw Missing(key),
    };

    private static ApiException Missing(string key) =>
        new(404, $"There is no document '{key}'.") { Code = "document_not_found", Parameter = "key" };

    private static Task Write<T>(HttpContext context, T response) =>
        context.Response.WriteAsJsonAsync(response, Json.Options, context.RequestAborted);

    // What the index refuses is the client's to change, but for a writer that is elsewhere.
    private static T Refusing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException problem)
        {
            throw ApiException.Invalid(problem.Message);
        }
    }

    private static async Task<T> Refusing<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (ArgumentException problem)
        {
            throw ApiException.Invalid(problem.Message);
        }
        catch (InvalidIndexException problem)
        {
            throw new ApiException(503, problem.Message, problem) { RetryAfter = 5 };
        }
    }

    internal sealed record IndexList(IndexFacts[] Indexes);

    internal sealed record IndexFacts(
        string Name, string Model, int Dimensions, long Documents, long Passages, long Commit, long Bytes,
        IReadOnlyList<string> Attributes, bool KeepsTerms);

    internal sealed record SearchRequest(
        string? Query = null, float[]? Vector = null, int? K = null, string[]? Filter = null, string? Ranking = null,
        float? MinScore = null, int? Oversampling = null, int? Probes = null, int? QueryBits = null);

    internal sealed record SearchResponse(
        SearchHit[] Hits, long Commit, bool IsUnfinished, string Ranking, double TookMs);

    internal sealed record SearchHit(
        string Key, int Passage, float Score, float? Similarity, float? Terms, string Text, string Headings,
        int FirstLine, int LastLine, Dictionary<string, object> Attributes);

    internal sealed record UpsertRequest(DocumentEncoder.Document[] Documents);

    internal sealed record DeleteRequest(string[] Keys);

    internal sealed record ChangeResponse(long Commit, int Documents, int Passages, int Deleted);

    internal sealed record DocumentResponse(string Key, string[] Passages, Dictionary<string, object> Attributes);
}
