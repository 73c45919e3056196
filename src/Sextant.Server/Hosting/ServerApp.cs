using Microsoft.AspNetCore.Server.Kestrel.Core;
using Scalar.AspNetCore;
using Sextant.Server.Http;
using Sextant.Server.Indexes;
using Sextant.Server.Models;
using Sextant.Server.Routes;

namespace Sextant.Server.Hosting;

/// <summary>The application: configuration, services, the order in which a request passes through.</summary>
internal static class ServerApp
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Builds it; models are loaded when it starts.</summary>
    /// <exception cref="OptionException">An argument or a configured value is not accepted.</exception>
    public static WebApplication Build(string[] arguments)
    {
        Dictionary<string, string?> given = CommandLine.Read(arguments);
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServerApp).Assembly.GetName().Name,
        });
        builder.Configuration.AddInMemoryCollection(given);
        ServerOptions options = Read(builder.Configuration);
        if (builder.Configuration["urls"] is null && builder.Configuration["Kestrel:Endpoints"] is null
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, options));
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownSeconds));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => ApiKeys.Read(options.ApiKeyFile));
        builder.Services.AddSingleton<ServerMetrics>();
        builder.Services.AddSingleton<ModelSet>();
        builder.Services.AddSingleton<IndexSet>();
        builder.Services.AddSingleton<TextWork>();
        builder.Services.AddHostedService<ModelStart>();
        Telemetry.Add(builder);
        Descriptions.Add(builder.Services);
        McpRoutes.Add(builder.Services);

        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<ApiKeys>(); // a file that cannot be read is an error now
        app.UseMiddleware<ErrorResponses>();
        app.UseMiddleware<KeyCheck>();
        app.UseMiddleware<OriginCheck>();
        app.UseRouting();
        HealthRoutes.Map(app);
        OpenAiRoutes.Map(app);
        TeiRoutes.Map(app);
        TokenRoutes.Map(app);
        RerankRoutes.Map(app);
        IndexRoutes.Map(app);
        McpRoutes.Map(app);
        PageRoutes.Map(app);
        app.MapPrometheusScrapingEndpoint();
        app.MapOpenApi("/openapi.json");
        app.MapScalarApiReference("/docs", scalar => scalar.WithOpenApiRoutePattern("/openapi.json"));
        return app;
    }

    private static ServerOptions Read(ConfigurationManager configuration)
    {
        var options = new ServerOptions();
        try
        {
            configuration.GetSection(ServerOptions.Section).Bind(
                options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException problem)
        {
            throw new OptionException($"section {ServerOptions.Section} of the configuration: {problem.Message}");
        }
        options.Check();
        return options;
    }

    private static void Limit(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }
}
