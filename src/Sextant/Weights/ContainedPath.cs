namespace Sextant.Weights;

/// <summary>Paths that a model's files name: only ones inside the model's folder are followed.</summary>
/// <remarks>Symbolic links are followed wherever they lead: download caches keep every file as a link.</remarks>
internal static class ContainedPath
{
    /// <summary>The path under <paramref name="folder"/>; "" and "." are the folder itself.</summary>
    public static string Resolve(string folder, string relative, string namedBy)
    {
        bool contained = !relative.AsSpan().ContainsAny('\0', '\\', ':') && !relative.StartsWith('/');
        foreach (Range segment in relative.AsSpan().Split('/'))
            contained &= !relative.AsSpan(segment).SequenceEqual("..");
        if (!contained)
            throw new InvalidModelException(namedBy,
                $"names the path {MessageText.Quote(relative)}; only paths below its own "
                + "folder, written with '/', are accepted.");
        return relative is "" or "." ? folder : Path.Combine(folder, relative);
    }
}
