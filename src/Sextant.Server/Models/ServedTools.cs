using Sextant.Mcp;
using Sextant.Server.Http;
using Sextant.Server.Indexes;

namespace Sextant.Server.Models;

/// <summary>What the server offers to agents: its indexes and its embedding models, through the same queues.</summary>
internal sealed class ServedTools(ModelSet models, IndexSet indexes) : IMcpHost
{
    public string Version => typeof(ServedTools).Assembly.GetName().Version!.ToString(3);

    public IReadOnlyList<McpSource> Sources => Asked(() =>
    {
        models.RequireReady();
        return (IReadOnlyList<McpSource>)[.. indexes.All.Select(one => new McpSource(
            one.Name, IsFolder: false,
            FormattableString.Invariant($"an index of {one.Documents} documents")))];
    });

    public IReadOnlyList<string> Models => Asked(() =>
    {
        models.RequireReady();
        return (IReadOnlyList<string>)[.. models.All.OfType<ServedEmbedder>().Select(one => one.Id)];
    });

    public Task<McpVectors> Embed(McpEmbedding call, CancellationToken cancellation) => Asked(async () =>
    {
        ServedEmbedder model = models.Find<ServedEmbedder>(call.Model ?? Models.FirstOrDefault(), "embedding");
        Answer<float[]> answer = await model.Embed(
            new TextsOrTokens(false, call.Texts, null),
            new EmbedForm(call.Dimensions, Prompt: model.PromptNamed(call.Prompt, "prompt")), "texts",
            cancellation).ConfigureAwait(false);
        return new McpVectors(
            model.Id, answer.Results, answer.Inputs.Sum(one => (long)one.Report.Truncated),
            answer.Inputs.Sum(one => (long)one.Report.Unknown),
            call.Dimensions is { } dimensions && model.Shorter.NoteOf(dimensions) is { } note ? [note] : []);
    });

    public Task<McpFound> Search(McpSource source, McpQuery query, CancellationToken cancellation) => Asked(async () =>
    {
        ServedIndex index = indexes.Find(source.Name);
        string ranking = query.Ranking ?? (index.KeepsTerms ? "hybrid" : "dense");
        if (ranking != "dense" && !index.KeepsTerms)
            throw new McpToolException($"'{index.Name}' keeps no words; only 'ranking' dense is possible");
        var notes = new List<string>();
        float[]? vector = null;
        if (ranking != "bm25")
        {
            Answer<float[]> answer = await index.Model.Embed(
                new TextsOrTokens(true, [query.Text], null), new EmbedForm(Prompt: index.QueryPrompt), "query",
                cancellation).ConfigureAwait(false);
            McpNotes.AddQuery(notes, answer.Inputs[0].Report);
            vector = answer.Results[0];
        }
        (List<IndexHit> hits, _, bool isUnfinished) = index.Search(new IndexQuery(
            ranking == "dense" ? null : index.Terms(query.Text), vector, query.Most, query.Filter));
        if (isUnfinished)
            notes.Add(McpNotes.Unfinished);
        return new McpFound(ranking, [.. hits.Select(McpNotes.Hit)], notes);
    });

    public Task<string?> Read(McpSource source, PassagePlace place, CancellationToken cancellation) => Asked(
        () => Task.FromResult(indexes.Find(source.Name).Document(place.Key) is var (passages, _)
            && place.First < passages.Count ? passages[(int)place.First].Text : null));

    // What a route answers with a status is an error of the tool.
    private static T Asked<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ApiException problem)
        {
            throw new McpToolException(problem.Message, problem);
        }
    }

    private static async Task<T> Asked<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is ApiException or ArgumentException)
        {
            throw new McpToolException(problem.Message, problem);
        }
    }
}
