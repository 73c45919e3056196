using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Sextant.Mcp;

/// <summary>The requests of the protocol that a host answers: tools, and passages as resources.</summary>
internal sealed class McpHandlers(IMcpHost host)
{
    public const string PlainText = "text/plain";

    /// <summary>Puts the handlers and what the server says of itself into a server's options.</summary>
    public static void Configure(McpServerOptions options, IMcpHost host)
    {
        var handlers = new McpHandlers(host);
        options.ServerInfo = new Implementation { Name = "sextant", Title = "Sextant", Version = host.Version };
        options.ServerInstructions = "Search finds passages by meaning and words; each hit's uri reads it again. "
            + "Similarity compares texts. Nothing here changes anything.";
        options.Handlers.ListToolsHandler = (_, _) => new(handlers.Tools());
        options.Handlers.CallToolHandler = (request, cancellation) => new(handlers.Call(request.Params!, cancellation));
        options.Handlers.ListResourcesHandler = (_, _) => new(handlers.Resources());
        options.Handlers.ListResourceTemplatesHandler = (_, _) => new(handlers.Templates());
        options.Handlers.ReadResourceHandler = (request, cancellation) =>
            new(handlers.Read(request.Params!.Uri, cancellation));
    }

    private ListToolsResult Tools() => Protocol(
        () => new ListToolsResult { Tools = ToolDefinitions.Of(host.Sources, host.Models) });

    private ListResourcesResult Resources() => Protocol(() => new ListResourcesResult
    {
        Resources = [.. host.Sources.Select(one => new Resource
        {
            Uri = PassagePlace.UriOf(one),
            Name = one.Name,
            Description = one.Description,
            MimeType = PlainText,
        })],
    });

    private ListResourceTemplatesResult Templates() => Protocol(() =>
    {
        var templates = new List<ResourceTemplate>();
        if (host.Sources.Any(one => !one.IsFolder))
            templates.Add(Template("passage of an index", PassagePlace.IndexTemplate));
        if (host.Sources.Any(one => one.IsFolder))
            templates.Add(Template("passage of a file", PassagePlace.FolderTemplate));
        return new ListResourceTemplatesResult { ResourceTemplates = templates };
    });

    private static ResourceTemplate Template(string name, string uri) => new()
    {
        Name = name,
        UriTemplate = uri,
        Description = "A passage as search found it",
        MimeType = PlainText,
    };

    private async Task<CallToolResult> Call(CallToolRequestParams call, CancellationToken cancellation)
    {
        try
        {
            return call.Name switch
            {
                ToolDefinitions.Search => await Search(call.Arguments, cancellation).ConfigureAwait(false),
                ToolDefinitions.Embed => await Embed(call.Arguments, cancellation).ConfigureAwait(false),
                ToolDefinitions.Similarity => await Similarity(call.Arguments, cancellation).ConfigureAwait(false),
                _ => throw new McpProtocolException($"There is no tool '{call.Name}'.", McpErrorCode.InvalidParams),
            };
        }
        catch (Exception problem) when (IsOfTheCall(problem))
        {
            return ToolResults.Error(problem.Message);
        }
    }

    private async Task<CallToolResult> Search(
        IDictionary<string, JsonElement>? given, CancellationToken cancellation)
    {
        var arguments = new ToolArguments(given, "query", "source", "k", "ranking", "path", "filter");
        string text = arguments.RequiredText("query", McpLimits.Query);
        IReadOnlyList<McpSource> sources = host.Sources;
        string[] names = [.. sources.Select(one => one.Name)];
        string? name = arguments.Choice("source", names);
        if (name is null && names.Length != 1)
            throw new McpToolException($"'source' is needed: {string.Join(", ", names)} are there");
        McpSource source = name is null ? sources[0] : sources[Array.IndexOf(names, name)];
        var query = new McpQuery(
            text, arguments.Number("k", 1, McpLimits.Hits) ?? McpLimits.DefaultHits,
            arguments.Choice("ranking", "hybrid", "dense", "bm25"), arguments.Text("path", McpLimits.Path),
            arguments.Texts("filter", McpLimits.Conditions, McpLimits.Condition));
        if (!source.IsFolder && query.Path is not null)
            throw new McpToolException($"'path' is for files; '{source.Name}' is an index");
        if (source.IsFolder && query.Filter.Count > 0)
            throw new McpToolException($"'filter' is for an index; '{source.Name}' is a folder of files");
        return ToolResults.Of(source, await host.Search(source, query, cancellation).ConfigureAwait(false));
    }

    private async Task<CallToolResult> Embed(
        IDictionary<string, JsonElement>? given, CancellationToken cancellation)
    {
        var arguments = new ToolArguments(given, "texts", "prompt", "dimensions", "model");
        return ToolResults.Of(await host.Embed(
            new McpEmbedding(
                Texts(arguments), arguments.Text("prompt", 100), arguments.Choice("model", [.. host.Models]),
                arguments.Number("dimensions", 1, 65_536)),
            cancellation).ConfigureAwait(false));
    }

    private async Task<CallToolResult> Similarity(
        IDictionary<string, JsonElement>? given, CancellationToken cancellation)
    {
        var arguments = new ToolArguments(given, "texts", "to", "model");
        string[] texts = Texts(arguments);
        string? to = arguments.Text("to", McpLimits.Text);
        if (to?.Length == 0)
            throw new McpToolException("'to' is empty");
        McpVectors vectors = await host.Embed(
            new McpEmbedding(
                to is null ? texts : [.. texts, to], Model: arguments.Choice("model", [.. host.Models])),
            cancellation).ConfigureAwait(false);
        return ToolResults.Similarities(vectors, to is not null);
    }

    private static string[] Texts(ToolArguments arguments) =>
        arguments.Texts("texts", McpLimits.Texts, McpLimits.Text) is { Length: > 0 } texts ? texts
            : throw new McpToolException("'texts' is needed: an array of at least one text");

    private async Task<ReadResourceResult> Read(string uri, CancellationToken cancellation)
    {
        try
        {
            if (uri.Length > 3 * McpLimits.Path || !PassagePlace.TryParse(uri, out string name, out PassagePlace? place)
                || host.Sources.FirstOrDefault(one => one.Name == name) is not { } source)
                throw Missing("It is no address of a passage or source here.");
            string? text = place is not { } where ? source.Description
                : source.IsFolder == (where.End > 0)
                    ? await host.Read(source, where, cancellation).ConfigureAwait(false) : null;
            return new ReadResourceResult
            {
                Contents = [new TextResourceContents
                {
                    Uri = uri,
                    MimeType = PlainText,
                    Text = text ?? throw Missing("There is no such passage (any more); search again."),
                }],
            };
        }
        catch (Exception problem) when (IsOfTheCall(problem))
        {
            throw Missing(problem.Message);
        }
    }

    private static McpProtocolException Missing(string message) => new(message, McpErrorCode.ResourceNotFound);

    private static T Protocol<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (McpToolException problem)
        {
            throw new McpProtocolException(problem.Message, McpErrorCode.InternalError);
        }
    }

    // What its caller can read and mend; what is left is a defect, and the protocol's own error.
    private static bool IsOfTheCall(Exception problem) =>
        problem is McpToolException or SextantException or IOException or UnauthorizedAccessException;
}
