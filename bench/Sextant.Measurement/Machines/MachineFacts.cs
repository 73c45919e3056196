using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.Json.Serialization;

namespace Sextant.Measurement.Machines;

/// <summary>A data cache of one processor.</summary>
/// <param name="Level">1, 2, 3.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record CacheFact(int Level, long Bytes);

/// <summary>What the machine is: as much as the system tells; what it does not tell is empty or 0.</summary>
internal sealed record MachineFacts
{
    public required string Processor { get; init; }

    /// <summary>Processors that the process may use.</summary>
    public required int Processors { get; init; }

    public required IReadOnlyList<string> InstructionSets { get; init; }

    /// <summary>What the system says a processor runs at now, digit by digit.</summary>
    public required decimal Megahertz { get; init; }

    public required IReadOnlyList<CacheFact> Caches { get; init; }

    public required long MemoryBytes { get; init; }

    public required string System { get; init; }

    /// <summary>What computed, and with which driver: the processor, or a GPU.</summary>
    public required string Device { get; init; }

    /// <summary>The last cache's size: what is larger than twice it comes from memory.</summary>
    [JsonIgnore]
    public long LastCacheBytes => Caches.Count == 0 ? 32L << 20 : Caches.Max(cache => cache.Bytes);

    /// <summary>The size of the cache of a level, or a usual one where the system does not say.</summary>
    public long CacheBytes(int level) =>
        Caches.FirstOrDefault(cache => cache.Level == level)?.Bytes
        ?? level switch { 1 => 32L << 10, 2 => 1L << 20, _ => 32L << 20 };

    public static MachineFacts Read()
    {
        string processor = ProcessorName();
        return new MachineFacts
        {
            Processor = processor,
            Processors = Environment.ProcessorCount,
            InstructionSets = Sets(),
            Megahertz = ProcessorLine("cpu MHz") is { } clock
                && decimal.TryParse(clock, CultureInfo.InvariantCulture, out decimal megahertz) ? megahertz : 0,
            Caches = ReadCaches(),
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            System = SystemName(),
            Device = $"cpu: {processor}",
        };
    }

    /// <summary>What the system calls the processor.</summary>
    public static string ProcessorName()
    {
        string name = ProcessorLine("model name")
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
        // A virtual machine's processor often has no more of a name than its maker's; family and model say which it is.
        return ProcessorLine("cpu family") is { } family && ProcessorLine("model") is { } model
            ? $"{name} (family {family} model {model})"
            : name;
    }

    private static string? ProcessorLine(string key)
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/cpuinfo"))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && line.AsSpan(0, colon).TrimEnd().SequenceEqual(key))
                    return line[(colon + 1)..].Trim();
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Not Linux: the system keeps it elsewhere.
        }
        return null;
    }

    private static List<string> Sets()
    {
        var sets = new List<string>(
            Sextant.Kernels.InstructionSets.Supported.Select(Sextant.Kernels.InstructionSets.Name));
        if (AvxVnni.IsSupported)
            sets.Add("avx-vnni");
        if (Dp.IsSupported)
            sets.Add("dotprod");
        return sets;
    }

    private static List<CacheFact> ReadCaches()
    {
        var caches = new List<CacheFact>();
        const string Folder = "/sys/devices/system/cpu/cpu0/cache";
        try
        {
            if (!Directory.Exists(Folder))
                return caches;
            foreach (string index in Directory.EnumerateDirectories(Folder, "index*").Order(StringComparer.Ordinal))
            {
                if (File.ReadAllText(Path.Combine(index, "type")).Trim() == "Instruction")
                    continue;
                string size = File.ReadAllText(Path.Combine(index, "size")).Trim();
                long unit = size[^1] switch { 'K' => 1L << 10, 'M' => 1L << 20, _ => 1L };
                caches.Add(new CacheFact(
                    int.Parse(File.ReadAllText(Path.Combine(index, "level")), CultureInfo.InvariantCulture),
                    unit * long.Parse(size.TrimEnd('K', 'M'), CultureInfo.InvariantCulture)));
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            caches.Clear();
        }
        return caches;
    }

    private static string SystemName()
    {
        try
        {
            foreach (string line in File.ReadLines("/etc/os-release"))
            {
                if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
                    return $"{line["PRETTY_NAME=".Length..].Trim('"')}, {Environment.OSVersion.VersionString}";
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // No such file on other systems.
        }
        return RuntimeInformation.OSDescription;
    }
}
