using System.Text.Json;

namespace Sextant.Tests.Tokens;

/// <summary>Lines of a golden.jsonl, made with the reference library.</summary>
internal static class GoldenFile
{
    /// <summary>All sets.</summary>
    public static readonly string[] Sets =
    [
        "bert-added1644", "bert-multilingual-cased", "clip", "falcon", "minilm-l6", "model2vec-unigram",
        "modernbert-rebuilt", "phi-3", "qwen3", "roberta-base", "stories260k", "syn-added-flags-bytelevel-aps",
        "syn-added-flags-lower", "syn-added-flags-metaspace-always", "syn-added-flags-metaspace-first",
        "syn-added-flags-nonorm", "syn-added-flags-prepend", "syn-bl-bloom-regex", "syn-bl-cl100k-invert-removed",
        "syn-bl-deepseek-splits", "syn-bl-gpt2-trim-offsets", "syn-bl-llama3-style", "syn-bl-noregex",
        "syn-bl-o200k-regex", "syn-bl-prefixspace-notrim", "syn-bl-prefixspace-trim", "syn-bl-starcoder-digits",
        "syn-bpe-bytefallback-partial", "syn-bpe-contprefix", "syn-bpe-endofword", "syn-bpe-no-unk", "syn-bpe-unk-fuse",
        "syn-bpe-unk-nofuse", "syn-norm-bert-lower-nostrip", "syn-norm-bert-nochinese", "syn-norm-bert-noclean",
        "syn-norm-bert-strip-nolower", "syn-norm-bytelevel", "syn-norm-lowercase", "syn-norm-nfd", "syn-norm-nfkc",
        "syn-norm-nfkd-stripaccents", "syn-norm-nmt", "syn-norm-precompiled-custom", "syn-norm-precompiled-nmt-nfkc",
        "syn-norm-prepend-replace", "syn-norm-replace-regex", "syn-norm-replace-string", "syn-norm-strip",
        "syn-norm-strip-left", "syn-post-roberta-aps-trim", "syn-post-roberta-notrim", "syn-pre-bert",
        "syn-pre-chardelimiter", "syn-pre-digits", "syn-pre-digits-individual", "syn-pre-fixedlength",
        "syn-pre-metaspace-always-nosplit", "syn-pre-metaspace-always-split", "syn-pre-metaspace-first-nosplit",
        "syn-pre-metaspace-first-split", "syn-pre-metaspace-legacy", "syn-pre-metaspace-never-nosplit",
        "syn-pre-metaspace-never-split", "syn-pre-punct-contiguous", "syn-pre-punct-isolated",
        "syn-pre-punct-mergedwithnext", "syn-pre-punct-mergedwithprevious", "syn-pre-punct-removed", "syn-pre-sequence",
        "syn-pre-split-invert-contiguous", "syn-pre-split-invert-isolated", "syn-pre-split-invert-mergedwithnext",
        "syn-pre-split-invert-mergedwithprevious", "syn-pre-split-invert-removed", "syn-pre-split-string",
        "syn-pre-split-string-next", "syn-pre-split-ws-contiguous", "syn-pre-split-ws-isolated",
        "syn-pre-split-ws-mergedwithnext", "syn-pre-split-ws-mergedwithprevious", "syn-pre-split-ws-removed",
        "syn-pre-unicodescripts", "syn-pre-whitespace", "syn-pre-whitespacesplit", "syn-tp-longest-left-stride",
        "syn-tp-longest-right", "syn-tp-onlyfirst-right-stride", "syn-tp-onlysecond-left", "syn-tp-pad-batch-mult8",
        "syn-tp-pad-fixed-left", "syn-tp-trunc-pad-fixed", "syn-unigram-bytefallback", "syn-unigram-unk",
        "syn-wordlevel", "syn-wp-lower-template", "syn-wp-max12", "t5-small", "tinybert-whitespace", "xlmr-e5-approx",
        "xlnet-built",
    ];

    /// <summary>Those of them that a fresh clone carries.</summary>
    public static readonly string[] Carried =
    [
        "syn-added-flags-bytelevel-aps", "syn-bl-deepseek-splits", "syn-bl-gpt2-trim-offsets", "syn-bl-llama3-style",
        "syn-bl-o200k-regex", "syn-bpe-bytefallback-partial", "syn-bpe-contprefix", "syn-bpe-endofword",
        "syn-bpe-no-unk", "syn-norm-nfkc", "syn-norm-precompiled-custom", "syn-norm-replace-regex",
        "syn-post-roberta-aps-trim", "syn-pre-metaspace-first-split", "syn-pre-split-invert-mergedwithnext",
        "syn-pre-unicodescripts", "syn-tp-longest-left-stride", "syn-unigram-bytefallback", "syn-wordlevel",
        "syn-wp-lower-template", "syn-wp-max12",
    ];

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
