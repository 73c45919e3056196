using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant.Server.Http;

/// <summary>Requests and responses as JSON: names in snake_case, no name unknown, none twice.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no response is put into HTML
        MaxDepth = 16,
        Converters = { new Elements() },
    };

    /// <summary>The body of a request.</summary>
    /// <exception cref="ApiException">It is no JSON, or not what is expected here.</exception>
    public static async Task<T> Read<T>(HttpContext context)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
            throw new ApiException(415, "The body must be JSON: 'Content-Type: application/json'.");
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(
                context.Request.Body, Options, context.RequestAborted).ConfigureAwait(false)
                ?? throw ApiException.Invalid("The body is null; an object is expected.");
        }
        catch (JsonException problem)
        {
            throw Refusal(problem);
        }
    }

    // The serializer's own message names types of this program.
    private static ApiException Refusal(JsonException problem)
    {
        string place = string.Create(CultureInfo.InvariantCulture,
            $"line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}");
        string? path = problem.Path is { Length: > 2 } some ? some[2..] : null;
        string what = problem is InputFormException ? problem.Message
            : problem.Message.Contains("could not be mapped", StringComparison.Ordinal)
                ? "there is no parameter of this name"
            : problem.Message.Contains("missing required", StringComparison.Ordinal)
                ? problem.Message[problem.Message.IndexOf("missing required", StringComparison.Ordinal)..]
                    .Replace("missing required properties including: ", "needs ", StringComparison.Ordinal).TrimEnd('.')
            : path is null ? "no JSON of the expected form" : "no value of the expected form";
        return new ApiException(400, $"The body at {(path is null ? "" : $"'{path}', ")}{place}: {what}.", problem)
        {
            Parameter = path,
        };
    }
}

/// <summary>A value is JSON, but not of a form that its parameter takes.</summary>
internal sealed class InputFormException(string message) : JsonException(message);
