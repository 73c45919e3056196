namespace Sextant.Server.Http;

/// <summary>Makes error responses, in the form that the clients of a route expect, of what went wrong.</summary>
internal sealed partial class ErrorResponses(RequestDelegate next, ILogger<ErrorResponses> log)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
                await Write(context, OfStatus(context)).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                context.Response.StatusCode = ClientClosedRequest; // nobody reads it; it is counted
                return;
            }
            ApiException error = Of(problem, ErrorForms.IsTei(context.Request.Path));
            if (error.Status >= 500)
                Failed(log, context.Request.Path.Value ?? "", problem);
            if (context.Response.HasStarted)
                context.Abort(); // half a response is not to look like a whole one
            else
                await Write(context, error).ConfigureAwait(false);
        }
    }

    private static ApiException OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => new ApiException(404, $"Unknown request URL: {context.Request.Method} {context.Request.Path}.")
        {
            Code = "unknown_url",
        },
        405 => new ApiException(405, $"{context.Request.Method} is not accepted here."),
        415 => new ApiException(415, "The body must be JSON: 'Content-Type: application/json'."),
        int status => new ApiException(status, $"The request failed with status {status}."),
    };

    private static ApiException Of(Exception problem, bool isTei) => problem switch
    {
        ApiException error => error,
        BadHttpRequestException bad => new ApiException(bad.StatusCode, bad.StatusCode == 413
            ? "The body is larger than this server accepts (--max-body-bytes)." : bad.Message, bad),
        TextTooLongException => new ApiException(isTei ? 413 : 400, problem.Message, problem)
        {
            Code = "context_length_exceeded",
        },
        InvalidTokensException or UnsupportedRequestException => new ApiException(400, problem.Message, problem),
        DeviceException => new ApiException(503, "The device that computes failed; see the server's log.", problem),
        SextantException => new ApiException(500, problem.Message, problem),
        OperationCanceledException => new ApiException(503, "The server is stopping.", problem) { RetryAfter = 5 },
        _ => new ApiException(500, "The server failed; see its log.", problem),
    };

    private static Task Write(HttpContext context, ApiException error)
    {
        context.Response.Clear();
        context.Response.StatusCode = error.Status;
        if (error.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (error.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        // What is left of a body that is too large is not read.
        if (error.Status == StatusCodes.Status413PayloadTooLarge && context.Request.Protocol == HttpProtocol.Http11)
            context.Response.Headers.Connection = "close";
        object body = ErrorForms.Of(context.Request.Path)(error);
        return context.Response.WriteAsJsonAsync(body, body.GetType(), Json.Options, context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
    private static partial void Failed(ILogger log, string path, Exception problem);
}
