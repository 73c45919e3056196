using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sextant.Server.Hosting;
using Sextant.Server.Models;

namespace Sextant.Server.Tests;

/// <summary>A server in this process, on a port of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(WebApplication app)
    {
        App = app;
        Url = app.Urls.First();
        Client = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromMinutes(2) };
    }

    public WebApplication App { get; }

    public string Url { get; }

    public HttpClient Client { get; }

    public ModelSet Models => App.Services.GetRequiredService<ModelSet>();

    /// <summary>Starts one and waits until it answers.</summary>
    public static async Task<RunningServer> Start(params string[] arguments)
    {
        WebApplication app = ServerApp.Build([.. arguments, "--urls", "http://127.0.0.1:0"]);
        await app.StartAsync();
        var server = new RunningServer(app);
        var limit = DateTime.UtcNow.AddMinutes(1);
        while (!server.Models.IsReady)
        {
            if (server.Models.Failure is { } failure)
                throw new InvalidOperationException("the models were not loaded", failure);
            Assert.True(DateTime.UtcNow < limit, "the models were not loaded in a minute");
            await Task.Delay(20);
        }
        return server;
    }

    public Task<HttpResponseMessage> Post(string path, string json) =>
        Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Posts, requires success, and gives the response's JSON.</summary>
    public async Task<JsonElement> PostForJson(string path, object body)
    {
        using HttpResponseMessage response = await Client.PostAsJsonAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}

/// <summary>A server with one model of each kind, for all tests of a collection.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public const string Tiny = "tiny";

    internal RunningServer Server { get; private set; } = null!;

    internal EmbeddingModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Model = EmbeddingModel.LoadDefault();
        Server = await RunningServer.Start("--model", Tiny);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Model.Dispose();
    }
}

/// <summary>Tests that watch memory, which others would fill meanwhile: these run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ServerCollection : ICollectionFixture<ServerFixture>
{
    public const string Name = "server";
}
