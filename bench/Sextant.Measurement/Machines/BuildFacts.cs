using System.Reflection;
using System.Runtime.InteropServices;

namespace Sextant.Measurement.Machines;

/// <summary>What was measured: the engine's build, its runtime, and what changes either.</summary>
internal sealed record BuildFacts
{
    public required string Version { get; init; }

    /// <summary>The commit that the build carries; empty where it carries none.</summary>
    public required string Commit { get; init; }

    public required string Runtime { get; init; }

    /// <summary>
    /// Variables that change what the runtime or the engine does, such as DOTNET_EnableAVX512=0 or SEXTANT_ISA=avx2.
    /// </summary>
    // A key that a record lacks is set to null by the generated reader.
    public IReadOnlyList<string> Settings { get; init => field = value ?? []; } = [];

    public static BuildFacts Read()
    {
        string informational = typeof(BuildFacts).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        string[] parts = informational.Split('+', 2);
        return new BuildFacts
        {
            Version = parts[0],
            Commit = parts.Length > 1 ? parts[1] : "",
            Runtime = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}",
            Settings = ReadSettings(),
        };
    }

    private static readonly string[] s_settings =
    [
        "SEXTANT_ISA", "DOTNET_Enable", "DOTNET_Tiered", "DOTNET_TC_", "DOTNET_ReadyToRun", "DOTNET_GC", "DOTNET_gc",
        "DOTNET_PROCESSOR_COUNT", "DOTNET_MaxVectorTBitWidth", "DOTNET_PreferredVectorBitWidth", "SEXTANT_CUDA_",
        "CUDA_VISIBLE_DEVICES",
    ];

    private static List<string> ReadSettings()
    {
        var settings = new List<string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is string name && s_settings.Any(one => name.StartsWith(one, StringComparison.Ordinal)))
                settings.Add($"{name}={variable.Value}");
        }
        settings.Sort(StringComparer.Ordinal);
        return settings;
    }
}
