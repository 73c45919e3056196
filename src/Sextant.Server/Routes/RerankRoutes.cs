using System.Text.Json;
using System.Text.Json.Serialization;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>Reranking as Cohere's and Jina's clients ask for it; a response has what both read.</summary>
internal static class RerankRoutes
{
    public static void Map(WebApplication app)
    {
        foreach (string path in new[] { "/v1/rerank", "/v2/rerank" })
        {
            app.MapPost(path, Rerank).Accepts<RerankRequest>("application/json").Produces<RerankResponse>()
                .WithTags("Cohere and Jina");
        }
    }

    private static async Task Rerank(HttpContext context, ModelSet models)
    {
        RerankRequest request = await Json.Read<RerankRequest>(context).ConfigureAwait(false);
        if (request.TopN is { } most && most < 1)
            throw ApiException.Invalid($"'top_n' is {most}; 1 and more are accepted.", "top_n");
        ServedClassifier model = models.FindRanker(request.Model);
        string[] documents = [.. request.Documents.Select(one => one.Text)];
        Ranking ranking = await model.Rank(
            request.Query, documents, "documents", null, context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, ranking.Inputs);
        RerankResult[] results = [.. ranking.Documents.Take(request.TopN ?? int.MaxValue).Select(one => new RerankResult(
            one.Index, one.Score, request.ReturnDocuments == true ? new Document(documents[one.Index]) : null))];
        var response = new RerankResponse(
            Guid.NewGuid().ToString(), model.Id, results, new Usage(ranking.Tokens, ranking.Tokens),
            new Meta(new ApiVersion("1"), new Billed(1)));
        await context.Response.WriteAsJsonAsync(response, Json.Options, context.RequestAborted).ConfigureAwait(false);
    }

    internal sealed record RerankRequest(
        string Query, Document[] Documents, string? Model = null, int? TopN = null, bool? ReturnDocuments = null);

    internal sealed record RerankResponse(string Id, string Model, RerankResult[] Results, Usage Usage, Meta Meta);

    internal sealed record RerankResult(
        int Index, float RelevanceScore,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Document? Document);

    internal sealed record Usage(long TotalTokens, long PromptTokens);

    internal sealed record Meta(ApiVersion ApiVersion, Billed BilledUnits);

    internal sealed record ApiVersion(string Version);

    internal sealed record Billed(int SearchUnits);

    /// <summary>A document: a string, or an object with its text.</summary>
    [JsonConverter(typeof(DocumentConverter))]
    internal sealed record Document(string Text);

    private sealed class DocumentConverter : JsonConverter<Document>
    {
        private const string Accepted = "a string or an object with 'text' is expected";

        public override Document Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return new Document(reader.GetString()!);
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new InputFormException(Accepted);
            string? text = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("text") || text is not null)
                    throw new InputFormException(Accepted);
                text = reader.Read() && reader.TokenType == JsonTokenType.String
                    ? reader.GetString() : throw new InputFormException(Accepted);
            }
            return new Document(text ?? throw new InputFormException(Accepted));
        }

        public override void Write(Utf8JsonWriter writer, Document value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("text", value.Text);
            writer.WriteEndObject();
        }
    }
}
