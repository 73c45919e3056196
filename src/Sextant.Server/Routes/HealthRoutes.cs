using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>Whether the process lives, and whether it answers.</summary>
internal static class HealthRoutes
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Ok());
        app.MapGet("/health", Ready);
        app.MapGet("/health/ready", Ready);
    }

    private static IResult Ready(ModelSet models)
    {
        models.RequireReady();
        return Results.Ok();
    }
}
