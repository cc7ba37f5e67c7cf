using System.Text.Encodings.Web;
using System.Text.Json;
using HveRelay.Operations.Health;
using HveRelay.Operations.Metrics;

namespace HveRelay.Web;

/// <summary>The web side: health and metrics.</summary>
internal static class RelayPages
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const string WhatThereIs = """
        HveRelay
        /healthz/live   the process works
        /healthz/ready  it can take mail
        /healthz/relay  mail gets through
        /metrics        for Prometheus

        """;

    public static void Map(WebApplication app, HealthChecks health, PrometheusPage metrics)
    {
        app.UseRouting();
        app.MapGet("/", (RequestDelegate)(context => context.Response.WriteAsync(WhatThereIs)));
        app.MapGet("/healthz/live", (RequestDelegate)(context => AnswerAsync(context, HealthChecks.Live())));
        app.MapGet("/healthz/ready", (RequestDelegate)(async context => await AnswerAsync(context, await health.ReadyAsync(context.RequestAborted))));
        app.MapGet("/healthz/relay", (RequestDelegate)(async context => await AnswerAsync(context, await health.RelayAsync(context.RequestAborted))));
        app.MapGet("/metrics", (RequestDelegate)(async context =>
        {
            context.Response.ContentType = PrometheusPage.ContentType;
            await context.Response.WriteAsync(await metrics.RenderAsync(context.RequestAborted));
        }));
    }

    private static async Task AnswerAsync(HttpContext context, HealthReport report)
    {
        context.Response.StatusCode = report.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, report, Json);
        await context.Response.WriteAsync("\n");
    }
}
