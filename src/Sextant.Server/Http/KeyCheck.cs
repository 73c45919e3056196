namespace Sextant.Server.Http;

/// <summary>Lets only requests with a key through, where keys are needed; health and the page's files need none.</summary>
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
        || (HttpMethods.IsGet(request.Method) && request.Path.Value is "/" or "/page.js" or "/page.css");
}
