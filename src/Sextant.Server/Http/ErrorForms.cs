namespace Sextant.Server.Http;

/// <summary>Errors as the clients of each family of routes expect them.</summary>
internal static class ErrorForms
{
    /// <summary>The form that goes with a path: OpenAI's below /v1, Cohere's for reranking, else TEI's.</summary>
    public static Func<ApiException, object> Of(PathString path) =>
        path.Value is "/v1/rerank" or "/v2/rerank" ? Cohere : IsTei(path) ? Tei : OpenAi;

    /// <summary>Whether a path is one of text-embeddings-inference's.</summary>
    public static bool IsTei(PathString path) =>
        !path.StartsWithSegments("/v1", StringComparison.Ordinal)
        && !path.StartsWithSegments("/v2", StringComparison.Ordinal);

    private static object OpenAi(ApiException error) => new OpenAiError(new OpenAiProblem(
        error.Message,
        error.Status switch
        {
            401 => "authentication_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        },
        error.Parameter,
        error.Code ?? (error.Status == 429 ? "rate_limit_exceeded" : null)));

    private static object Cohere(ApiException error) => new CohereError(error.Message);

    private static object Tei(ApiException error) => new TeiError(error.Message, error.Status switch
    {
        401 => "Unauthorized",
        404 or 405 => "NotFound",
        429 => "Overloaded",
        503 => "Unhealthy",
        >= 500 => "Backend",
        _ => error.Parameter == "tokenizer" ? "Tokenizer" : "Validation",
    });

    private sealed record OpenAiError(OpenAiProblem Error);

    private sealed record OpenAiProblem(string Message, string Type, string? Param, string? Code);

    private sealed record CohereError(string Message);

    private sealed record TeiError(string Error, string ErrorType);
}
