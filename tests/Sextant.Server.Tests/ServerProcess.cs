using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Sextant.Server.Tests;

/// <summary>A server in a process of its own, which can be killed.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _url = new();

    private ServerProcess(IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        string dll = Path.Combine(AppContext.BaseDirectory, "sextant-server.dll");
        Assert.True(File.Exists(dll), $"{dll} is not there");
        var start = new ProcessStartInfo("dotnet", [dll, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && ListeningPattern().Match(text) is { Success: true } match)
                _url.TrySetResult(match.Groups[1].Value);
        };
        _process.ErrorDataReceived += (_, line) => Errors += line.Data + "\n";
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public HttpClient Client { get; private set; } = null!;

    public string Errors { get; private set; } = "";

    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    public static Task<ServerProcess> Start(params string[] arguments) => StartWith(
        new Dictionary<string, string>(), HttpVersion.Version11, [.. arguments, "--urls", "http://127.0.0.1:0"]);

    /// <summary>Starts one with variables of its environment, and a client that speaks this version alone.</summary>
    public static async Task<ServerProcess> StartWith(
        IReadOnlyDictionary<string, string> environment, Version version, params string[] arguments)
    {
        var server = new ServerProcess(environment, arguments);
        string url = await server._url.Task.WaitAsync(TimeSpan.FromMinutes(1));
        server.Client = new HttpClient
        {
            BaseAddress = new Uri(url),
            Timeout = TimeSpan.FromMinutes(1),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        for (int i = 0; i < 600; i++)
        {
            using HttpResponseMessage ready = await server.Client.GetAsync("/health/ready");
            if (ready.IsSuccessStatusCode)
                return server;
            await Task.Delay(100);
        }
        throw new TimeoutException("the server was not ready in a minute");
    }

    /// <summary>As kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
        Client?.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex ListeningPattern();
}
