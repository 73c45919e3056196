namespace Sextant.Kernels;

/// <summary>
/// Whether the call that the thread works on was cancelled: long kernels look at it between blocks, backends between
/// items.
/// </summary>
/// <remarks>
/// Of a thread, like the rounding mode: a token through all arguments of all ops would be in every kernel for the sake
/// of two. What a cancelled kernel leaves is undefined; whoever began the call throws it away and throws.
/// </remarks>
internal readonly ref struct CallCancellation
{
    [ThreadStatic]
    private static CancellationToken t_token;

    private readonly CancellationToken _before;

    private CallCancellation(CancellationToken before) => _before = before;

    /// <summary>The token of the call that this thread works on.</summary>
    public static CancellationToken Token => t_token;

    /// <summary>Whether there is nothing more to do.</summary>
    public static bool IsRequested => t_token.IsCancellationRequested;

    /// <summary>Begins work for a call on this thread; it ends when what is returned is disposed.</summary>
    public static CallCancellation Enter(CancellationToken token)
    {
        var before = new CallCancellation(t_token);
        t_token = token;
        return before;
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => t_token = _before;
}
