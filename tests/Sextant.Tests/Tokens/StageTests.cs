using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>What stands between the stages: the normalised text and the words of the reference library.</summary>
public class StageTests
{
    [SharedTheory]
    [InlineData("minilm-l6")]
    [InlineData("bert-multilingual-cased")]
    [InlineData("tinybert-whitespace")]
    public void NormalizedTextAndWordsAreEqual(string set)
    {
        Tokenizer tokenizer = Tokenizer.LoadFolder(GoldenFile.Folder(set));
        Dictionary<string, string> texts = [];
        foreach (JsonElement line in GoldenFile.Lines(set))
            texts[GoldenFile.Text(line, "k")!] = GoldenFile.Text(line, "text")!;
        int compared = 0;
        foreach (JsonElement line in GoldenFile.Lines(set, "stages.jsonl"))
        {
            string key = GoldenFile.Text(line, "k")!;
            (string normalized, List<string> words) = tokenizer.Pipeline.Stages(texts[key]);
            Assert.Equal(GoldenFile.Text(line, "normalized") ?? texts[key], normalized);
            if (line.TryGetProperty("pretokens", out JsonElement expected))
                Assert.Equal([.. expected.EnumerateArray().Select(word => word.GetString()!)], words);
            compared++;
        }
        Assert.True(compared > 100, $"only {compared} lines");
    }

    // The same texts as in the sets whose model is BPE, which check these settings' ids once that model is there.
    [Theory]
    [InlineData(true, true, null, true, "Élan 中文\tà\u0001Σ", "elan  中  文  aσ")]
    [InlineData(true, true, null, false, "Élan 中文\tà\u0001Σ", "Élan  中  文  àΣ")]
    [InlineData(true, false, null, true, "Élan 中文\tà", "elan 中文 a")]
    [InlineData(false, true, null, true, "É\tà\u0001", "e\ta\u0001")]
    [InlineData(true, true, false, true, "Élan à", "élan à")]
    [InlineData(true, true, true, false, "Élan à", "Elan a")]
    public void BertNormalizerDoesWhatItsSettingsSay(
        bool clean, bool ideographs, bool? strip, bool lowercase, string text, string expected)
    {
        List<Normalizer> steps = BertNormalizer.Steps(new BertNormalizerFlags(clean, ideographs, strip, lowercase));
        var scratch = new EncodeScratch();
        scratch.Text.Load(text, 0, aligned: true);
        steps.ForEach(scratch.Normalize);
        Assert.Equal(expected, scratch.Text.Units.ToString());
    }
}
