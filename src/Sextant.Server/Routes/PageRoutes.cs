using Microsoft.Net.Http.Headers;

namespace Sextant.Server.Routes;

/// <summary>The page at the root, its script and its style.</summary>
internal static class PageRoutes
{
    // Nothing from elsewhere; the colours of the matrix are styles of their cells, set by the script.
    private const string Policy = "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    private static readonly (string Path, string File, string Type)[] s_files =
    [
        ("/", "page.html", "text/html; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
    ];

    /// <summary>Whether a path is one of these files.</summary>
    public static bool Has(string? path) => Array.Exists(s_files, one => one.Path == path);

    public static void Map(WebApplication app)
    {
        foreach ((string path, string file, string type) in s_files)
        {
            byte[] bytes = Read(file);
            app.MapGet(path, (HttpResponse response) =>
            {
                response.Headers[HeaderNames.ContentSecurityPolicy] = Policy;
                response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
                response.Headers[HeaderNames.CacheControl] = "no-cache";
                return Results.Bytes(bytes, type);
            }).ExcludeFromDescription();
        }
    }

    private static byte[] Read(string file)
    {
        using Stream stream = typeof(PageRoutes).Assembly.GetManifestResourceStream(file)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
