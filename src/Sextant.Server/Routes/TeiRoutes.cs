using System.Buffers;
using System.Text.Json;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>The routes of Hugging Face's text-embeddings-inference that compute.</summary>
/// <remarks>
/// Its requests name no model: they get the only one of the kind, or the one that 'model', an extension, names. Where
/// 'truncate' is absent an input that is too long is refused, as there.
/// </remarks>
internal static class TeiRoutes
{
    private const string Tag = "Text Embeddings Inference";

    public static void Map(WebApplication app)
    {
        app.MapPost("/embed", Embed).Accepts<EmbedRequest>("application/json").Produces<float[][]>().WithTags(Tag);
        app.MapPost("/embed_all", EmbedAll)
            .Accepts<EmbedAllRequest>("application/json").Produces<float[][][]>().WithTags(Tag);
        app.MapPost("/embed_sparse", EmbedSparse)
            .Accepts<EmbedSparseRequest>("application/json").Produces<TermValue[][]>().WithTags(Tag);
        app.MapPost("/similarity", Similarity)
            .Accepts<SimilarityRequest>("application/json").Produces<float[]>().WithTags(Tag);
        app.MapPost("/rerank", Rerank).Accepts<RerankRequest>("application/json").Produces<Rank[]>().WithTags(Tag);
        app.MapPost("/predict", Predict)
            .Accepts<PredictRequest>("application/json").Produces<Prediction[][]>().WithTags(Tag);
        app.MapPost("/", Root).ExcludeFromDescription();
    }

    // What a request's flags say.
    private static Truncation CutOf(bool? truncate, string? direction) => (truncate ?? false, direction) switch
    {
        (_, not (null or "Left" or "Right" or "left" or "right")) =>
            throw ApiException.Invalid(
                $"'truncation_direction' is '{direction}'; Left and Right are accepted.", "truncation_direction"),
        (false, _) => Truncation.Error,
        (true, "Left" or "left") => Truncation.Left,
        _ => Truncation.Right,
    };

    // The route of a server with one model, as hosted endpoints have it.
    private static Task Root(HttpContext context, ModelSet models)
    {
        models.RequireReady();
        return models.All switch
        {
            [ServedEmbedder] => Embed(context, models),
            [ServedSparse] => EmbedSparse(context, models),
            [ServedClassifier { IsRanker: true }] => Rerank(context, models),
            [ServedClassifier] => Predict(context, models),
            _ => throw new ApiException(404, "Several models are loaded: name a route, such as /embed."),
        };
    }

    private static async Task Embed(HttpContext context, ModelSet models)
    {
        EmbedRequest request = await Json.Read<EmbedRequest>(context).ConfigureAwait(false);
        ServedEmbedder model = models.Find<ServedEmbedder>(request.Model, "embedding");
        var form = new EmbedForm(
            request.Dimensions, request.Normalize ?? true, model.PromptNamed(request.PromptName, "prompt_name"),
            CutOf(request.Truncate, request.TruncationDirection));
        Answer<float[]> answer = await model.Embed(
            request.Inputs, form, "inputs", context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, answer.Inputs);
        ReportHeaders.SetDimensions(context.Response, model, request.Dimensions);
        await using Utf8JsonWriter json = Begin(context.Response);
        json.WriteStartArray();
        foreach (float[] vector in answer.Results)
        {
            VectorJson.Write(json, vector);
            if (json.BytesPending > VectorJson.FlushBytes)
                await VectorJson.Flush(json, context.Response, context.RequestAborted).ConfigureAwait(false);
        }
        json.WriteEndArray();
        await VectorJson.Flush(json, context.Response, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task EmbedAll(HttpContext context, ModelSet models)
    {
        EmbedAllRequest request = await Json.Read<EmbedAllRequest>(context).ConfigureAwait(false);
        ServedEmbedder model = models.Find<ServedEmbedder>(request.Model, "embedding");
        var form = new EmbedForm(
            Prompt: model.PromptNamed(request.PromptName, "prompt_name"),
            Truncation: CutOf(request.Truncate, request.TruncationDirection));
        EncodedInput[] inputs = model.Encode(request.Inputs, form, "inputs", context.RequestAborted);
        ReportHeaders.Set(context.Response, inputs);
        // The first states before the response begins: a refusal is to have its status.
        await using IAsyncEnumerator<float[]> all = model.States(
            inputs, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        bool isThere = await all.MoveNextAsync().ConfigureAwait(false);
        await using Utf8JsonWriter json = Begin(context.Response);
        json.WriteStartArray();
        for (; isThere; isThere = await all.MoveNextAsync().ConfigureAwait(false))
        {
            float[] states = all.Current;
            json.WriteStartArray();
            int width = model.Card.HiddenSize;
            for (int i = 0; i < states.Length; i += width)
                VectorJson.Write(json, states.AsSpan(i, width));
            json.WriteEndArray();
            await VectorJson.Flush(json, context.Response, context.RequestAborted).ConfigureAwait(false);
        }
        json.WriteEndArray();
        await VectorJson.Flush(json, context.Response, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task EmbedSparse(HttpContext context, ModelSet models)
    {
        EmbedSparseRequest request = await Json.Read<EmbedSparseRequest>(context).ConfigureAwait(false);
        ServedSparse model = models.Find<ServedSparse>(request.Model, "sparse encoding");
        if (request.Inputs.Texts is not { } texts)
            throw ApiException.Invalid("'inputs' has token ids; sparse encoding takes texts.", "inputs");
        Answer<TermWeight[]> answer = await model.Embed(
            texts, Prompt.Default, CutOf(request.Truncate, request.TruncationDirection), "inputs",
            context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, answer.Inputs);
        TermValue[][] terms = [.. answer.Results.Select(
            one => one.Select(term => new TermValue(term.Id, term.Weight)).ToArray())];
        await context.Response.WriteAsJsonAsync(terms, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task Similarity(HttpContext context, ModelSet models)
    {
        SimilarityRequest request = await Json.Read<SimilarityRequest>(context).ConfigureAwait(false);
        ServedEmbedder model = models.Find<ServedEmbedder>(request.Model, "embedding");
        SimilarityParameters parameters = request.Parameters ?? new SimilarityParameters();
        var form = new EmbedForm(
            Normalize: true, Prompt: model.PromptNamed(parameters.PromptName, "prompt_name"),
            Truncation: CutOf(parameters.Truncate, parameters.TruncationDirection));
        var texts = new TextsOrTokens(
            false, [request.Inputs.SourceSentence, .. request.Inputs.Sentences], null);
        if (request.Inputs.Sentences.Length == 0)
            throw ApiException.Invalid("'sentences' is empty; at least one text is needed.", "inputs.sentences");
        Answer<float[]> answer = await model.Embed(texts, form, "inputs", context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, answer.Inputs);
        float[] scores = Similarities.Of(answer.Results[0], answer.Results[1..]);
        await context.Response.WriteAsJsonAsync(scores, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task Rerank(HttpContext context, ModelSet models)
    {
        RerankRequest request = await Json.Read<RerankRequest>(context).ConfigureAwait(false);
        ServedClassifier model = models.FindRanker(request.Model);
        Ranking ranking = await model.Rank(
            request.Query, request.Texts, "texts", CutOf(request.Truncate, request.TruncationDirection),
            context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, ranking.Inputs);
        Rank[] ranks = [.. ranking.Documents.Select(one => new Rank(
            one.Index, request.ReturnText == true ? request.Texts[one.Index] : null,
            request.RawScores == true ? one.Logit : one.Score))];
        await context.Response.WriteAsJsonAsync(ranks, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task Predict(HttpContext context, ModelSet models)
    {
        PredictRequest request = await Json.Read<PredictRequest>(context).ConfigureAwait(false);
        ServedClassifier model = models.Find<ServedClassifier>(request.Model, "classification");
        ScoreFunction function = request.RawScores == true ? ScoreFunction.None : model.Model.LabelFunction;
        Answer<float[]> answer = await model.Score(
            request.Inputs.All, function, CutOf(request.Truncate, request.TruncationDirection), "inputs",
            context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, answer.Inputs);
        Prediction[][] all = [.. answer.Results.Select(scores => scores
            .Select((score, label) => new Prediction(score, model.Model.Labels[label]))
            .OrderByDescending(one => one.Score).ToArray())];
        object body = request.Inputs.IsSingle ? all[0] : all;
        await context.Response.WriteAsJsonAsync(body, body.GetType(), Json.Options, context.RequestAborted)
            .ConfigureAwait(false);
    }

    private static Utf8JsonWriter Begin(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        return new Utf8JsonWriter((IBufferWriter<byte>)response.BodyWriter);
    }

    internal sealed record EmbedRequest(
        TextsOrTokens Inputs, bool? Normalize = null, bool? Truncate = null, string? TruncationDirection = null,
        string? PromptName = null, int? Dimensions = null, string? Model = null);

    internal sealed record EmbedAllRequest(
        TextsOrTokens Inputs, bool? Truncate = null, string? TruncationDirection = null, string? PromptName = null,
        string? Model = null);

    internal sealed record EmbedSparseRequest(
        TextsOrTokens Inputs, bool? Truncate = null, string? TruncationDirection = null, string? Model = null);

    internal sealed record SimilarityRequest(
        SimilarityInputs Inputs, SimilarityParameters? Parameters = null, string? Model = null);

    internal sealed record SimilarityInputs(string SourceSentence, string[] Sentences);

    internal sealed record SimilarityParameters(
        bool? Truncate = null, string? TruncationDirection = null, string? PromptName = null);

    internal sealed record RerankRequest(
        string Query, string[] Texts, bool? RawScores = null, bool? ReturnText = null, bool? Truncate = null,
        string? TruncationDirection = null, string? Model = null);

    internal sealed record PredictRequest(
        Sequences Inputs, bool? RawScores = null, bool? Truncate = null, string? TruncationDirection = null,
        string? Model = null);

    internal sealed record TermValue(int Index, float Value);

    internal sealed record Rank(
        int Index,
        [property: System.Text.Json.Serialization.JsonIgnore(
            Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
        string? Text, float Score);

    internal sealed record Prediction(float Score, string Label);
}
