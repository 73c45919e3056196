using System.Runtime.CompilerServices;
using Sextant.Cli.Verbs;

namespace Sextant.Cli.Tests;

/// <summary>Tests that name no model use the small one, whatever the build of the tool has converted.</summary>
internal static class DefaultModelOfTests
{
    [ModuleInitializer]
    internal static void Choose() => Environment.SetEnvironmentVariable(NamedModels.DefaultVariable, NamedModels.Tiny);
}
