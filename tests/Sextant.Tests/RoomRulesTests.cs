using System.Text.RegularExpressions;

namespace Sextant.Tests;

/// <summary>
/// Who may import whom: the walls between the rooms of src/Sextant, read from namespaces, using lines and the compiled
/// assembly.
/// </summary>
public partial class RoomRulesTests
{
    // The outermost files (EmbeddingModel and its parts, namespace Sextant) may use every room but Search and
    // Evaluation.
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Sextant"] = ["Kernels", "Runtime", "Tensors", "Tokens", "Batches", "Weights", "Backends", "Layers", "Models",
            "Pooling", "Heads"],
        ["Runtime"] = [],
        ["Tensors"] = [],
        ["Tokens"] = [],
        ["Batches"] = ["Tokens"],
        ["Weights"] = ["Tensors"],
        ["Backends"] = ["Tensors", "Runtime", "Kernels", "Batches"],
        ["Layers"] = ["Tensors", "Weights", "Backends", "Batches", "Kernels"],
        ["Models"] = ["Layers", "Weights", "Batches", "Tensors", "Backends", "Pooling", "Kernels"],
        ["Pooling"] = ["Tensors", "Batches", "Backends", "Kernels"],
        // What checkpoints carry after their backbones besides poolings: labels, masked words, next words.
        ["Heads"] = ["Tensors", "Batches", "Backends", "Kernels", "Layers", "Weights", "Models", "Pooling"],
        ["Codes"] = ["Tensors", "Kernels"],
        ["Search"] = ["Codes", "Backends", "Tensors", "Runtime", "Kernels"],
        ["Indexes"] = ["Search", "Codes", "Runtime",
            "Kernels"], // files of vectors: whoever made them, models stay outside
        ["Passages"] = ["Tokens"],
        ["Evaluation"] = ["Search", "Indexes", "Passages", "Codes"],
    };

    // Names in using lines that compile to nothing, such as constants, are read from the sources; every other use, also
    // by a qualified name or without any name, from the compiled assembly.
    [Fact]
    public void EveryRoomUsesOnlyWhatItMay()
    {
        int types = 0;
        var broken = new SortedSet<string>();
        foreach (Type type in typeof(EmbeddingModel).Assembly.GetTypes())
        {
            if (Room(type) is not { } room || !s_allowed.TryGetValue(room, out string[]? allowed))
                continue;
            types++;
            foreach (Type used in IlReferences.Of(type))
            {
                if (Room(used) is { } other && other != room && other != "Sextant" && !allowed.Contains(other))
                    broken.Add($"{type.FullName} uses {used.FullName}; {room} may not use {other}.");
            }
        }
        Assert.Empty(broken);
        Assert.True(types > 300, $"Only {types} types were looked at.");
    }

    private static string? Room(Type type) =>
        type.Namespace == "Sextant" ? "Sextant"
        : RoomOfSpace().Match(type.Namespace ?? "") is { Success: true } match ? match.Groups[1].Value
        : null;

    [Fact]
    public void EveryRoomImportsOnlyWhatItMay()
    {
        string source = Path.Combine(TestData.Root, "src", "Sextant");
        int files = 0;
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, file).Replace('\\', '/');
            if (relative.StartsWith("obj/", StringComparison.Ordinal)
                || relative.StartsWith("bin/", StringComparison.Ordinal))
                continue;
            files++;
            string text = File.ReadAllText(file);
            string room = relative.Contains('/', StringComparison.Ordinal)
                ? relative[..relative.IndexOf('/', StringComparison.Ordinal)]
                : "Sextant";
            string space = SpaceLine().Match(text).Groups[1].Value;
            if (room == "Diagnostics")
            {
                Assert.True(space == "Sextant",
                    $"{relative} is in namespace {space}; Diagnostics is for everyone, so it is in Sextant.");
                room = "Tokens";
            }
            else
            {
                string expected = room == "Sextant" ? "Sextant" : $"Sextant.{room}";
                Assert.True(
                    space == expected || space.StartsWith(expected + ".", StringComparison.Ordinal),
                    $"{relative} is in namespace {space}, not {expected}.");
            }
            Assert.True(s_allowed.TryGetValue(room, out string[]? allowed),
                $"{relative}: the room {room} has no rule; add one.");
            foreach (Match import in Imports().Matches(text))
            {
                string other = import.Groups[1].Value;
                Assert.True(other == room || allowed.Contains(other), $"{relative} may not import Sextant.{other}.");
            }
        }
        Assert.True(files > 50, $"Only {files} files were found.");
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex SpaceLine();

    [GeneratedRegex(@"^using (?:static )?Sextant\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Imports();

    // Sextant.Search.Hit: Search. What is in Sextant itself, Diagnostics and the façade, is not asked for here.
    [GeneratedRegex(@"^Sextant\.(\w+)")]
    private static partial Regex RoomOfSpace();
}
