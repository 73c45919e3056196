namespace Sextant.Hub;

/// <summary>A file of a model, as the hub lists it.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Blob">Its name among the cache's blobs: the SHA-256 of a large file, git's id of another.</param>
/// <param name="IsLarge">Whether it is kept outside git (LFS), so that <paramref name="Blob"/> is its SHA-256.</param>
internal sealed record HubFile(string Path, long Size, string Blob, bool IsLarge)
{
    // Exports for other programs.
    private static readonly string[] OtherFolders = ["onnx", "openvino", "coreml", "gguf", "original", "assets"];

    private static readonly string[] Texts = ["vocab.txt", "merges.txt", "README.md", "LICENSE", "LICENSE.txt", "NOTICE"];

    /// <summary>Whether loading the model needs it: weights, configs, tokenizers and the model's card.</summary>
    public bool IsNeeded
    {
        get
        {
            string[] parts = Path.Split('/');
            if (parts.Length > 3 || parts.Any(part => part.StartsWith('.')) || OtherFolders.Contains(parts[0]))
                return false;
            return Path.EndsWith(".safetensors", StringComparison.Ordinal)
                || Path.EndsWith(".json", StringComparison.Ordinal)
                || Texts.Contains(parts[^1]);
        }
    }

    /// <summary>Whether both names stay within their folders, whatever a server says.</summary>
    public bool IsSafe =>
        Blob.Length is 40 or 64 && Blob.All(char.IsAsciiHexDigitLower) && Size >= 0
        && Path.Split('/').All(part => part.Length > 0 && part is not ("." or "..")
            && part.AsSpan().IndexOfAny('\\', ':', '\0') < 0);
}
