using System.Globalization;

namespace Sextant.Mcp;

/// <summary>Where a passage stands in a source: the address of its resource without the source's name.</summary>
/// <param name="Key">Of a document of an index, or the path of a file below a folder, with '/' between names.</param>
/// <param name="First">The passage's number in an index, or the position of its first character in a file.</param>
/// <param name="End">The position after its last character in a file; 0 in an index.</param>
internal readonly record struct PassagePlace(string Key, long First, long End)
{
    private const string Scheme = "sextant://";

    /// <summary>What all addresses of passages look like (RFC 6570).</summary>
    public const string IndexTemplate = "sextant://{source}/{key}?passage={number}";

    /// <summary>What the addresses of passages of files look like.</summary>
    public const string FolderTemplate = "sextant://{source}/{path}?span={start}-{end}";

    /// <summary>The address of a source.</summary>
    public static string UriOf(McpSource source) => Scheme + Uri.EscapeDataString(source.Name);

    /// <summary>The address of a passage. The key is one escaped name: no client takes '..' for a step.</summary>
    public string UriIn(McpSource source)
    {
        string query = source.IsFolder ? FormattableString.Invariant($"span={First}-{End}")
            : FormattableString.Invariant($"passage={First}");
        return $"{UriOf(source)}/{Uri.EscapeDataString(Key)}?{query}";
    }

    /// <summary>Takes an address apart.</summary>
    /// <param name="uri">From a client.</param>
    /// <param name="source">The name of the source.</param>
    /// <param name="place">Null where the address is that of a source.</param>
    public static bool TryParse(string uri, out string source, out PassagePlace? place)
    {
        (source, place) = ("", null);
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        string rest = uri[Scheme.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        source = Uri.UnescapeDataString(slash < 0 ? rest : rest[..slash]);
        if (slash < 0 || slash == rest.Length - 1)
            return source.Length > 0;
        rest = rest[(slash + 1)..];
        int question = rest.LastIndexOf('?');
        if (question <= 0)
            return false;
        string key = Uri.UnescapeDataString(rest[..question]), query = rest[(question + 1)..];
        if (query.Split('=') is not [{ } name, { } value])
            return false;
        string[] numbers = value.Split('-');
        if (name == "passage" && numbers is [{ } number] && IsNumber(number, out long passage))
            place = new PassagePlace(key, passage, 0);
        else if (name == "span" && numbers is [{ } from, { } to] && IsNumber(from, out long first)
            && IsNumber(to, out long end) && end > 0)
            place = new PassagePlace(key, first, end);
        return place is not null;
    }

    private static bool IsNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
