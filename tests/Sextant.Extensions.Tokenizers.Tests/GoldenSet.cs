using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Extensions.Tokenizers.Tests;

/// <summary>A text with what Hugging Face's library makes of it; offsets count code points.</summary>
internal sealed record GoldenText(string Key, string Text, int[] Ids, int[][] Offsets, string? Decoded);

/// <summary>A tokenizer.json of tests/fixtures/tokenizers with its single texts.</summary>
internal sealed class GoldenSet
{
    private GoldenSet(string folder)
    {
        Folder = folder;
        Tokenizer = Tokenizer.LoadFolder(folder);
        Texts = [.. File.ReadLines(Path.Combine(folder, "golden.jsonl"))
            .Select(line => JsonElement.Parse(line))
            .Where(line => !line.TryGetProperty("pair", out _))
            .Select(line => new GoldenText(
                line.GetProperty("k").GetString()!, line.GetProperty("text").GetString()!,
                line.GetProperty("ids").Deserialize<int[]>()!, line.GetProperty("offsets").Deserialize<int[][]>()!,
                line.TryGetProperty("decoded", out JsonElement decoded) ? decoded.GetString() : null))];
    }

    public string Folder { get; }

    public Tokenizer Tokenizer { get; }

    public IReadOnlyList<GoldenText> Texts { get; }

    public JsonElement Model =>
        JsonElement.Parse(File.ReadAllText(Path.Combine(Folder, "tokenizer.json"))).GetProperty("model");

    public static GoldenSet Load(string name) => new(Path.Combine(Fixtures, "tokenizers", name));

    private static string Fixtures
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Engine.sln")))
                folder = Path.GetDirectoryName(folder);
            return Path.Combine(folder ?? throw new InvalidOperationException("no checkout here"), "tests", "fixtures");
        }
    }
}
