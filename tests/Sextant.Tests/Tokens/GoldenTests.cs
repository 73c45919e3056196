using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>Ids, offsets, type ids, masks, windows and decoded texts of the reference library, line by line.</summary>
public class GoldenTests
{
    // All differences of a set are reported at once, this many in full.
    private const int Shown = 5;

    public static TheoryData<string> CarriedSets => [.. GoldenFile.Carried];

    public static TheoryData<string, string> OtherFiles
    {
        get
        {
            var files = new TheoryData<string, string>();
            foreach (string set in GoldenFile.Sets.Except(GoldenFile.Carried))
                files.Add(set, "golden.jsonl");
            files.Add("minilm-l6", "golden-asis.jsonl");
            return files;
        }
    }

    [Theory]
    [MemberData(nameof(CarriedSets))]
    public void EveryLineOfACarriedSetIsEqual(string set) => Lines(set, "golden.jsonl");

    [SharedTheory]
    [MemberData(nameof(OtherFiles))]
    public void EveryLineIsEqual(string set, string file) => Lines(set, file);

    private static void Lines(string set, string file)
    {
        Tokenizer tokenizer = Tokenizer.LoadFolder(GoldenFile.Folder(set));
        bool asFileSays = set.StartsWith("syn-tp-", StringComparison.Ordinal) || file != "golden.jsonl";
        var buffer = new TokenBuffer();
        var differences = new List<string>();
        List<JsonElement> lines = GoldenFile.Lines(set, file);
        foreach (JsonElement line in lines)
            Compare(tokenizer, asFileSays, line, buffer, differences);
        Assert.True(lines.Count > 50, $"only {lines.Count} lines");
        Assert.True(differences.Count == 0,
            $"{differences.Count} differences in {lines.Count} lines\n{string.Join('\n', differences.Take(Shown))}");
    }

    private static void Compare(
        Tokenizer tokenizer, bool asFileSays, JsonElement line, TokenBuffer buffer, List<string> differences)
    {
        string text = GoldenFile.Text(line, "text")!;
        string? pair = GoldenFile.Text(line, "pair");
        var options = new EncodeOptions { Offsets = OffsetUnit.CodePoints };
        if (asFileSays)
        {
            options = options.With(tokenizer.FileTruncation) with
            {
                KeepOverflow = true,
                Padding = tokenizer.FilePadding,
            };
        }

        void Check(string what, object? expected, object? actual)
        {
            string wanted = JsonSerializer.Serialize(expected), got = JsonSerializer.Serialize(actual);
            string key = GoldenFile.Text(line, "k")!;
            if (wanted != got)
                differences.Add($"{key} {JsonSerializer.Serialize(text)} {what}\n  wanted {wanted}\n  got    {got}");
        }

        if (GoldenFile.Text(line, "error") is string error)
        {
            string? message = null;
            try
            {
                Encode(tokenizer, text, pair, buffer, options);
            }
            catch (UnsupportedRequestException refusal)
            {
                message = refusal.Message;
            }
            bool second = error.Contains("Second sequence not provided", StringComparison.Ordinal);
            string expected = second ? "but there is none" : "nothing of it would be left";
            Check("error", true, message?.Contains(expected, StringComparison.Ordinal));
            return;
        }

        Encode(tokenizer, text, pair, buffer, options);
        int[] ids = GoldenFile.Numbers(line, "ids")!;
        Check("ids", ids, buffer.Ids.ToArray());
        Check("offsets", line.GetProperty("offsets").EnumerateArray().Select(GoldenFile.Numbers).ToArray(),
            buffer.Offsets.ToArray().Select(offset => new[] { offset.Start, offset.End }).ToArray());
        Check("type_ids", GoldenFile.Numbers(line, "type_ids") ?? new int[ids.Length], buffer.TypeIds.ToArray());
        Check("attention_mask", GoldenFile.Numbers(line, "attention_mask") ?? [.. ids.Select(_ => 1)],
            buffer.AttentionMask.ToArray().Select(mask => (int)mask).ToArray());
        if (GoldenFile.Text(line, "decoded") is string decoded)
            Check("decoded", decoded, tokenizer.Decode(buffer.Ids, skipSpecialTokens: true));
        CheckOverflow(line, buffer, Check);

        Encode(tokenizer, text, pair, buffer, options with { AddSpecialTokens = false });
        Check("ids_plain", GoldenFile.Numbers(line, "ids_plain") ?? ids, buffer.Ids.ToArray());
        int plain = buffer.Count - buffer.AttentionMask.Count((byte)0) + buffer.Truncated;
        int counted = tokenizer.CountTokens(text, addSpecialTokens: false);
        Check("count", plain, pair is null ? counted : counted + tokenizer.CountTokens(pair, addSpecialTokens: false));
    }

    private static void CheckOverflow(JsonElement line, TokenBuffer buffer, Action<string, object?, object?> check)
    {
        int[][] expected = line.TryGetProperty("overflow_ids", out JsonElement windows)
            ? [.. windows.EnumerateArray().Select(GoldenFile.Numbers)]
            : [];
        var actual = new int[buffer.OverflowCount][];
        var window = new TokenBuffer();
        for (int i = 0; i < actual.Length; i++)
        {
            buffer.CopyOverflow(i, window);
            actual[i] = window.Ids.ToArray();
        }
        check("overflow_ids", expected, actual);
    }

    private static void Encode(
        Tokenizer tokenizer, string text, string? pair, TokenBuffer buffer, in EncodeOptions options)
    {
        if (pair is null)
            tokenizer.Encode(text, buffer, options);
        else
            tokenizer.EncodePair(text, pair, buffer, options);
    }
}
