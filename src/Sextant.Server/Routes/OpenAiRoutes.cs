using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>The embeddings API of OpenAI.</summary>
internal static class OpenAiRoutes
{
    public static void Map(WebApplication app)
    {
        app.MapPost("/v1/embeddings", Embed)
            .Accepts<EmbeddingRequest>("application/json").Produces<EmbeddingResponse>().WithTags("OpenAI");
        app.MapGet("/v1/models", (ModelSet models) =>
        {
            models.RequireReady();
            return Results.Json(new ModelList("list", [.. models.All.Select(Entry)]), Json.Options);
        }).Produces<ModelList>().WithTags("OpenAI");
        app.MapGet("/v1/models/{**id}", (string id, ModelSet models) =>
            Results.Json(Entry(models.Find<ServedModel>(id, "any use")), Json.Options))
            .Produces<ModelEntry>().WithTags("OpenAI");
    }

    private static ModelEntry Entry(ServedModel model) => new(model.Id, "model", model.LoadedAt, "sextant", model.Kind);

    private static async Task Embed(HttpContext context, ModelSet models)
    {
        EmbeddingRequest request = await Json.Read<EmbeddingRequest>(context).ConfigureAwait(false);
        bool isBase64 = request.EncodingFormat switch
        {
            null or "float" => false,
            "base64" => true,
            string other => throw ApiException.Invalid(
                $"'encoding_format' is '{other}'; float and base64 are accepted.", "encoding_format"),
        };
        ServedEmbedder model = models.Find<ServedEmbedder>(request.Model, "embedding");
        var form = new EmbedForm(request.Dimensions, Prompt: model.PromptNamed(request.PromptName, "prompt_name"));
        Answer<float[]> answer = await model.Embed(
            request.Input, form, "input", context.RequestAborted).ConfigureAwait(false);
        ReportHeaders.Set(context.Response, answer.Inputs);
        ReportHeaders.SetDimensions(context.Response, model, request.Dimensions);
        await Write(context.Response, answer, isBase64, model.Id, context.RequestAborted).ConfigureAwait(false);
    }

    // Written by hand: a million numbers are not to become a million objects.
    private static async Task Write(
        HttpResponse response, Answer<float[]> answer, bool isBase64, string model, CancellationToken cancellation)
    {
        response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter((IBufferWriter<byte>)response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (int i = 0; i < answer.Results.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            if (isBase64)
            {
                json.WriteBase64String("embedding", LittleEndian(answer.Results[i]));
            }
            else
            {
                json.WritePropertyName("embedding");
                VectorJson.Write(json, answer.Results[i]);
            }
            json.WriteEndObject();
            if (json.BytesPending > VectorJson.FlushBytes)
                await VectorJson.Flush(json, response, cancellation).ConfigureAwait(false);
        }
        json.WriteEndArray();
        json.WriteString("model", model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", answer.Tokens);
        json.WriteNumber("total_tokens", answer.Tokens);
        json.WriteEndObject();
        json.WriteEndObject();
        await VectorJson.Flush(json, response, cancellation).ConfigureAwait(false);
    }

    private static ReadOnlySpan<byte> LittleEndian(float[] vector)
    {
        if (BitConverter.IsLittleEndian)
            return MemoryMarshal.AsBytes<float>(vector);
        byte[] bytes = new byte[vector.Length * sizeof(float)];
        for (int i = 0; i < vector.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return bytes;
    }

    /// <summary>The body of POST /v1/embeddings; prompt_name is an extension.</summary>
    internal sealed record EmbeddingRequest(
        TextsOrTokens Input, string? Model = null, string? EncodingFormat = null, int? Dimensions = null,
        string? User = null, string? PromptName = null);

    /// <summary>Its response; embedding is an array of numbers, or in base64 their bytes, little-endian.</summary>
    internal sealed record EmbeddingResponse(string Object, EmbeddingEntry[] Data, string Model, Usage Usage);

    internal sealed record EmbeddingEntry(string Object, int Index, float[] Embedding);

    internal sealed record Usage(long PromptTokens, long TotalTokens);

    internal sealed record ModelList(string Object, ModelEntry[] Data);

    internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy, string Kind);
}
