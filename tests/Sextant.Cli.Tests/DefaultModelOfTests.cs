using System.Runtime.CompilerServices;
using Sextant.Runtime;

namespace Sextant.Cli.Tests;

/// <summary>
/// Tests that name no model use the small one, whatever the build of the tool has converted; none writes into the cache
/// of who runs them.
/// </summary>
internal static class DefaultModelOfTests
{
    [ModuleInitializer]
    internal static void Choose()
    {
        Environment.SetEnvironmentVariable(NamedModels.DefaultVariable, NamedModels.Tiny);
        string cache = Directory.CreateTempSubdirectory("sextant-cache-").FullName;
        Environment.SetEnvironmentVariable(UserCache.Variable, cache);
        Environment.SetEnvironmentVariable("NO_PROXY", "127.0.0.1,localhost");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(cache, recursive: true);
    }
}
