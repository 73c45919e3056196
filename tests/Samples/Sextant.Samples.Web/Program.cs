// A service: POST /embed {"texts":["…"]} gives vectors. One model serves all requests at once; each computes on a
// thread of the pool, and ends when its client has gone.
using Sextant;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
// As many requests at once as the machine has processors, a thread each: their bits are the same as one after the
// other.
builder.Services.AddSingleton(_ => EmbeddingModel.LoadDefault(new EmbeddingOptions { Threads = 1 }));
WebApplication app = builder.Build();

app.MapPost("/embed", (EmbedRequest request, EmbeddingModel model, CancellationToken gone) =>
{
    if (request.Texts is not { Length: > 0 and <= 256 } texts || Array.Exists(texts, text => text is null))
        return Results.BadRequest("'texts' is an array of 1 to 256 texts.");
    var vectors = new float[texts.Length * model.Dimensions];
    var reports = new TextReport[texts.Length];
    model.Embed(texts, Prompt.Default, vectors, reports, cancellationToken: gone);
    return Results.Ok(texts.Select((_, i) => new EmbedAnswer(
        vectors[(i * model.Dimensions)..((i + 1) * model.Dimensions)], reports[i].Tokens, reports[i].Truncated)));
});
app.Run();

internal sealed record EmbedRequest(string[]? Texts);

internal sealed record EmbedAnswer(float[] Vector, int Tokens, int Truncated);
