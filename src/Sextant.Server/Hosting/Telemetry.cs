using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sextant.Server.Models;

namespace Sextant.Server.Hosting;

/// <summary>Metrics for Prometheus, and traces where OTEL_EXPORTER_OTLP_ENDPOINT says who takes them.</summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void Add(WebApplicationBuilder builder)
    {
        OpenTelemetry.OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry();
        telemetry.ConfigureResource(resource => resource.AddService("sextant-server"));
        telemetry.WithMetrics(metrics => metrics
            .AddMeter(ServerMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
                "System.Runtime")
            .AddPrometheusExporter());
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
            return;
        telemetry.WithTracing(traces => traces
            .AddSource(ServerMetrics.Name).AddAspNetCoreInstrumentation().AddOtlpExporter());
    }
}
