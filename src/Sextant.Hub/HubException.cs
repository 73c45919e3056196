namespace Sextant.Hub;

/// <summary>A model could not be downloaded: the message says which, why, and what to do.</summary>
public sealed class HubException : IOException
{
    /// <summary>Creates the error.</summary>
    public HubException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
