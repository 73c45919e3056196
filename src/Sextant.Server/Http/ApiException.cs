namespace Sextant.Server.Http;

/// <summary>A request that is answered with an error.</summary>
internal sealed class ApiException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Status of the response.</summary>
    public int Status { get; } = status;

    /// <summary>Name of the error for programs, such as model_not_found; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>The value of the request that is at fault; null: the request as a whole.</summary>
    public string? Parameter { get; init; }

    /// <summary>Seconds after which the request may be sent again; null: it may not help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A value that is not accepted.</summary>
    public static ApiException Invalid(string message, string? parameter = null) =>
        new(StatusCodes.Status400BadRequest, message) { Parameter = parameter };
}
