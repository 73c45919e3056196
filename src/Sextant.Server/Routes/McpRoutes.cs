using ModelContextProtocol.Server;
using Sextant.Mcp;
using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>Search, embeddings and similarity for agents: the Model Context Protocol over HTTP.</summary>
internal static class McpRoutes
{
    /// <summary>Where clients connect.</summary>
    public const string Path = "/mcp";

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ServedTools>();
        // Without sessions: each request is answered by itself, nothing is kept for a client that went away.
        services.AddMcpServer().WithHttpTransport(http => http.Stateless = true);
        services.AddOptions<McpServerOptions>().Configure<ServedTools>(McpHandlers.Configure);
    }

    public static void Map(WebApplication app) => app.MapMcp(Path).ExcludeFromDescription();
}
