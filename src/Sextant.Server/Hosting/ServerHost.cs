using Sextant.Server.Models;

namespace Sextant.Server.Hosting;

/// <summary>Starts the server from arguments, and says how it ended.</summary>
internal static class ServerHost
{
    public const int Ok = 0, Failed = 1, WrongUsage = 2;

    public static async Task<int> Run(string[] arguments, TextWriter error)
    {
        if (arguments.Contains("--help", StringComparer.Ordinal))
        {
            Console.Out.WriteLine(CommandLine.Help);
            return Ok;
        }
        if (arguments is ["--check", { } url])
            return await Check(url, error).ConfigureAwait(false);
        try
        {
            await using WebApplication app = ServerApp.Build(arguments);
            ModelSet models = app.Services.GetRequiredService<ModelSet>();
            try
            {
                await app.RunAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // stopped while it started
            }
            if (models.Failure is not { } failure)
                return Ok;
            error.WriteLine($"sextant-server: {failure.Message}");
            return Failed;
        }
        catch (OptionException problem)
        {
            error.WriteLine($"sextant-server: {problem.Message}");
            return WrongUsage;
        }
        catch (IOException problem) // an address that is in use
        {
            error.WriteLine($"sextant-server: {problem.Message}");
            return Failed;
        }
    }

    // For containers, whose images have no other client.
    private static async Task<int> Check(string url, TextWriter error)
    {
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            using HttpResponseMessage response = await client.GetAsync(
                url.TrimEnd('/') + "/health/ready").ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return Ok;
            error.WriteLine($"sextant-server: {url} answers {(int)response.StatusCode}");
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException
            or UriFormatException or InvalidOperationException)
        {
            error.WriteLine($"sextant-server: {url}: {problem.Message}");
        }
        return Failed;
    }
}
