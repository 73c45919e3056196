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
}
