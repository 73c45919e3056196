using System.Text.Json;

namespace Sextant.Tests.Tokens;

/// <summary>Lines of a golden.jsonl, made with the reference library.</summary>
internal static class GoldenFile
{
    /// <summary>All sets.</summary>
    public static readonly string[] Sets =
    [
        "roberta-base", "qwen3", "modernbert-rebuilt",
        "syn-bl-bloom-regex", "syn-bl-cl100k-invert-removed", "syn-bl-gpt2-trim-offsets", "syn-bl-llama3-style",
        "syn-bl-noregex", "syn-bl-o200k-regex", "syn-bl-prefixspace-notrim", "syn-bl-prefixspace-trim",
        "syn-post-roberta-aps-trim", "syn-post-roberta-notrim", "syn-bpe-contprefix", "syn-bpe-endofword",
        "syn-added-flags-bytelevel-aps", "syn-added-flags-nonorm",
        "minilm-l6", "bert-multilingual-cased", "bert-added1644", "tinybert-whitespace",
        "syn-wp-lower-template", "syn-wp-max12", "syn-tp-longest-left-stride", "syn-tp-longest-right",
        "syn-tp-onlyfirst-right-stride", "syn-tp-onlysecond-left", "syn-tp-pad-batch-mult8", "syn-tp-pad-fixed-left",
        "syn-tp-trunc-pad-fixed",
    ];

    /// <summary>Those of them that a fresh clone carries.</summary>
    public static readonly string[] Carried = ["syn-wp-lower-template", "syn-wp-max12", "syn-tp-longest-left-stride"];

    public static string Folder(string set) => Carried.Contains(set)
        ? Path.Combine(TestData.Fixtures, "tokenizers", set)
        : TestData.Shared("golden", "tokenizers", set);

    public static List<JsonElement> Lines(string set, string file = "golden.jsonl")
    {
        var lines = new List<JsonElement>();
        foreach (string line in File.ReadLines(Path.Combine(Folder(set), file)))
            lines.Add(JsonElement.Parse(line));
        return lines;
    }

    public static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    public static int[]? Numbers(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) ? Numbers(value) : null;

    public static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];
}
