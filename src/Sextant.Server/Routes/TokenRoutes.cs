using Sextant.Server.Hosting;
using Sextant.Server.Http;
using Sextant.Server.Models;
using Sextant.Tokens;

namespace Sextant.Server.Routes;

/// <summary>The routes of text-embeddings-inference that need no computation: tokens, and what is served.</summary>
internal static class TokenRoutes
{
    private const string Tag = "Text Embeddings Inference";

    public static void Map(WebApplication app)
    {
        app.MapPost("/tokenize", Tokenize)
            .Accepts<TokenizeRequest>("application/json").Produces<SimpleToken[][]>().WithTags(Tag);
        app.MapPost("/decode", Decode)
            .Accepts<DecodeRequest>("application/json").Produces<string[]>().WithTags(Tag);
        app.MapGet("/info", Info).Produces<ServerInfo>().WithTags(Tag);
    }

    private static async Task Tokenize(HttpContext context, ModelSet models, TextWork work, ServerOptions options)
    {
        TokenizeRequest request = await Json.Read<TokenizeRequest>(context).ConfigureAwait(false);
        ServedModel model = models.Find<ServedModel>(request.Model, "tokenization");
        if (request.Inputs.Texts is not { Count: > 0 } texts || texts.Count > options.MaxInputs)
            throw ApiException.Invalid($"'inputs' is a text or 1 to {options.MaxInputs} texts.", "inputs");
        string prompt = model is ServedEmbedder embedder && request.PromptName is { } name
            ? embedder.Model.PromptText(embedder.PromptNamed(name, "prompt_name")) : "";
        SimpleToken[][] all = await work.Run(
            cancellation => Tokens(
                model.Tokenizer, texts, prompt, request.AddSpecialTokens ?? true, options.MaxTokens, cancellation),
            context.RequestAborted).ConfigureAwait(false);
        await context.Response.WriteAsJsonAsync(all, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    private static SimpleToken[][] Tokens(
        Tokenizer tokenizer, IReadOnlyList<string> texts, string prompt, bool special, long most,
        CancellationToken cancellation)
    {
        var buffer = new TokenBuffer();
        var encoding = new EncodeOptions { AddSpecialTokens = special, Offsets = OffsetUnit.CodePoints };
        var all = new SimpleToken[texts.Count][];
        for (int i = 0; i < all.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            tokenizer.Encode(prompt + texts[i], buffer, encoding);
            most -= buffer.Count;
            if (most < 0)
                throw TooMany("inputs");
            all[i] = Tokens(tokenizer, buffer);
        }
        return all;
    }

    private static ApiException TooMany(string parameter) => ApiException.Invalid(
        $"'{parameter}' has more tokens than this server takes in a request (--max-tokens).", parameter);

    private static SimpleToken[] Tokens(Tokenizer tokenizer, TokenBuffer buffer)
    {
        var tokens = new SimpleToken[buffer.Count];
        for (int i = 0; i < tokens.Length; i++)
        {
            bool isSpecial = buffer.SpecialTokensMask[i] != 0;
            tokens[i] = new SimpleToken(
                buffer.Ids[i], tokenizer.TokenText(buffer.Ids[i]), isSpecial,
                isSpecial ? null : buffer.Offsets[i].Start, isSpecial ? null : buffer.Offsets[i].End);
        }
        return tokens;
    }

    private static async Task Decode(HttpContext context, ModelSet models, TextWork work, ServerOptions options)
    {
        DecodeRequest request = await Json.Read<DecodeRequest>(context).ConfigureAwait(false);
        ServedModel model = models.Find<ServedModel>(request.Model, "decoding");
        if (request.Ids.Tokens is not { } sequences)
            throw ApiException.Invalid("'ids' is an array of token ids, or of such arrays.", "ids");
        if (sequences.Count > options.MaxInputs)
            throw ApiException.Invalid($"'ids' has {sequences.Count} arrays; {options.MaxInputs} are accepted.", "ids");
        if (sequences.Sum(ids => (long)ids.Length) > options.MaxTokens)
            throw TooMany("ids");
        string[] texts = await work.Run(
            _ => sequences.Select(
                ids => model.Tokenizer.Decode(ids, request.SkipSpecialTokens ?? true)).ToArray(),
            context.RequestAborted).ConfigureAwait(false);
        await context.Response.WriteAsJsonAsync(texts, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    private static IResult Info(ModelSet models, ServerOptions options)
    {
        models.RequireReady();
        ModelInfo[] all = [.. models.All.Select(one => new ModelInfo(
            one.Id, one.Kind, one.Card.Architecture, one.Card.Dimensions, one.Card.MaxTokens, one.Card.Pooling,
            one.Card.Device, one.Card.DeviceFallback, Word(one), one.Card.Prompts, one.Card.Notes))];
        return Results.Json(
            new ServerInfo(
                all[0].Id, Word(models.All[0]), all[0].MaxInputLength, options.BatchTokens, options.MaxInputs,
                options.MaxTokens, options.MaxBodyBytes,
                typeof(TokenRoutes).Assembly.GetName().Version!.ToString(3), all),
            Json.Options);
    }

    private static string Word(ServedModel model) => Sextant.Backends.PrecisionName.Word(model.Card.Precision);

    internal sealed record TokenizeRequest(
        TextsOrTokens Inputs, bool? AddSpecialTokens = null, string? PromptName = null, string? Model = null);

    internal sealed record SimpleToken(int Id, string Text, bool Special, int? Start, int? Stop);

    internal sealed record DecodeRequest(TextsOrTokens Ids, bool? SkipSpecialTokens = null, string? Model = null);

    /// <summary>What is served; the first names are TEI's, of the first model.</summary>
    internal sealed record ServerInfo(
        string ModelId, string ModelDtype, int MaxInputLength, int MaxBatchTokens, int MaxClientBatchSize,
        int MaxRequestTokens, long PayloadLimit, string Version, ModelInfo[] Models);

    internal sealed record ModelInfo(
        string Id, string Kind, string Architecture, int Dimensions, int MaxInputLength, string Pooling,
        string Device, string? DeviceFallback, string Precision, IReadOnlyDictionary<string, string> Prompts,
        IReadOnlyList<string> Notes);
}
