using Sextant.Server.Routes;

namespace Sextant.Server.Http;

/// <summary>
/// Refuses calls of tools that a page of another site makes in a browser: the protocol asks servers to look at Origin.
/// Where keys are needed, no page has one.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, ApiKeys keys)
{
    public Task InvokeAsync(HttpContext context)
    {
        string origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !keys.AreNeeded
            && context.Request.Path.StartsWithSegments(McpRoutes.Path, StringComparison.Ordinal)
            && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.IsLoopback))
        {
            throw new ApiException(
                StatusCodes.Status403Forbidden,
                "Pages of other sites may not call tools here; --api-key-file lets them.");
        }
        return next(context);
    }
}
