using Sextant.Server.Routes;

namespace Sextant.Server.Http;

/// <summary>Lets only requests with a key through, where keys are needed; health, the page's files and the
/// description of the routes need none.</summary>
internal sealed class KeyCheck(RequestDelegate next, ApiKeys keys)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (!keys.AreNeeded || IsOpen(context.Request))
            return next(context);
        string header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            throw new ApiException(
                StatusCodes.Status401Unauthorized, "A key is needed: 'Authorization: Bearer KEY'.")
            { Code = "invalid_api_key" };
        }
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !keys.Contains(header[Scheme.Length..].Trim()))
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, "The key is not one of this server's.")
            {
                Code = "invalid_api_key",
            };
        }
        return next(context);
    }

    private static bool IsOpen(HttpRequest request) =>
        request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        || (HttpMethods.IsGet(request.Method)
            && (PageRoutes.Has(request.Path.Value) || request.Path.Value == "/openapi.json"
                || request.Path.StartsWithSegments("/docs", StringComparison.Ordinal)));
}
