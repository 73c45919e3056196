using System.Globalization;
using System.Text;
using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>The compact tables say the same as the measured ones, for every code point.</summary>
public class UnicodeDataTests
{
    private const int CodePointCount = 0x110000;

    [SharedTheory]
    [InlineData("bert_clean_removed", CodePointClasses.BertRemoved)]
    [InlineData("bert_clean_to_space", CodePointClasses.BertSpace)]
    [InlineData("bert_cjk_spaced", CodePointClasses.BertIdeograph)]
    [InlineData("bert_strip_accents_mn", CodePointClasses.NonspacingMark)]
    [InlineData("strip_accents_combining_mark", CodePointClasses.CombiningMark)]
    [InlineData("punctuation", CodePointClasses.Punctuation)]
    [InlineData("whitespacesplit_is_whitespace", CodePointClasses.WhiteSpace)]
    [InlineData("whitespace_pretok_word", CodePointClasses.Word)]
    [InlineData("digits_is_numeric", CodePointClasses.Numeric)]
    public void SetIsEqual(string name, object marked)
    {
        var expected = new bool[CodePointCount];
        JsonElement set = Tables().GetProperty("sets").GetProperty(name);
        foreach (JsonElement range in set.GetProperty("ranges").EnumerateArray())
        {
            string[] bounds = range.GetString()!.Split('-');
            Array.Fill(expected, true, Hexadecimal(bounds[0]), Hexadecimal(bounds[^1]) - Hexadecimal(bounds[0]) + 1);
        }
        for (int c = 0; c < CodePointCount; c++)
            Assert.True(expected[c] == CodePoints.Is(c, (CodePointClasses)marked), $"U+{c:X4}");
    }

    [SharedTheory]
    [InlineData("onig_s", @"\s")]
    [InlineData("onig_w", @"\w")]
    [InlineData("onig_d", @"\d")]
    [InlineData("onig_L", @"\p{L}")]
    [InlineData("onig_N", @"\p{N}")]
    [InlineData("onig_Lu", @"\p{Lu}")]
    [InlineData("onig_Ll", @"\p{Ll}")]
    [InlineData("onig_M", @"\p{M}")]
    [InlineData("onig_P", @"\p{P}")]
    [InlineData("onig_S", @"\p{S}")]
    [InlineData("onig_i_s", "(?i:s)")]
    [InlineData("onig_i_t", "(?i:t)")]
    public void PatternsTakeTheMeasuredCodePoints(string name, string pattern)
    {
        var expected = new bool[CodePointCount];
        JsonElement set = Tables().GetProperty("sets").GetProperty(name);
        foreach (JsonElement range in set.GetProperty("ranges").EnumerateArray())
        {
            string[] bounds = range.GetString()!.Split('-');
            Array.Fill(expected, true, Hexadecimal(bounds[0]), Hexadecimal(bounds[^1]) - Hexadecimal(bounds[0]) + 1);
        }
        var compiled = new TextPattern(PatternParser.Parse(pattern));
        var budget = new TextBudget();
        for (int c = 0; c < CodePointCount; c++)
        {
            if (c is >= 0xD800 and < 0xE000)
                continue;
            bool found = compiled.TryFind(char.ConvertFromUtf32(c), 0, -1, budget, out _, out _);
            Assert.True(expected[c] == found, $"U+{c:X4}");
        }
    }

    // The measured file lists only what differs from Unicode 17; the platform's own forms stand for the rest.
    [SharedTheory]
    [InlineData("NFC", NormalizationForm.FormC)]
    [InlineData("NFD", NormalizationForm.FormD)]
    [InlineData("NFKC", NormalizationForm.FormKC)]
    [InlineData("NFKD", NormalizationForm.FormKD)]
    public void FormsAreThePlatformsExceptWhereMeasuredOtherwise(string name, NormalizationForm form)
    {
        if ("é".Normalize(NormalizationForm.FormD) != "e\u0301")
            Assert.Skip("This process runs without the platform's Unicode data (globalization-invariant mode).");
        var measured = new Dictionary<int, string>();
        JsonElement map = Tables().GetProperty("normalization_vs_unicode17").GetProperty(name).GetProperty("map");
        foreach (JsonProperty entry in map.EnumerateObject())
        {
            measured[Hexadecimal(entry.Name)] = string.Concat(
                entry.Value.GetString()!.Split(' ').Select(unit => char.ConvertFromUtf32(Hexadecimal(unit))));
        }
        var step = new UnicodeForm(name[2] == 'K', name[^1] == 'C');
        var scratch = new EncodeScratch();
        for (int c = 0; c < CodePointCount; c++)
        {
            if (c is >= 0xD800 and < 0xE000 or >= 0xFDD0 and <= 0xFDEF || (c & 0xFFFE) == 0xFFFE)
                continue;
            string text = char.ConvertFromUtf32(c);
            scratch.Text.Load(text, 0, aligned: true);
            scratch.Normalize(step);
            string expected = measured.GetValueOrDefault(c) ?? text.Normalize(form);
            Assert.True(expected == scratch.Text.Units.ToString(), $"U+{c:X4}");
        }
    }

    // From UAX 15 and its conformance test: blocked marks, exclusions, Hangul, and marks that are out of order.
    [Theory]
    [InlineData("D\u0307\u0323", "\u1E0C\u0307")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u212B\u0327", "\u00C5\u0327")]
    [InlineData("\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("e\u0301\u0301", "\u00E9\u0301")]
    public void CompositionFollowsTheStandard(string text, string expected)
    {
        var scratch = new EncodeScratch();
        scratch.Text.Load(text, 0, aligned: true);
        scratch.Normalize(new UnicodeForm(compatible: false, composed: true));
        Assert.Equal(expected, scratch.Text.Units.ToString());
    }

    [Fact]
    public void LowercaseIsEqual()
    {
        var expected = new Dictionary<int, string>();
        foreach (JsonProperty entry in Tables().GetProperty("lowercase").GetProperty("map").EnumerateObject())
            expected[Hexadecimal(entry.Name)] = entry.Value.GetString()!;
        for (int c = 0; c < CodePointCount; c++)
        {
            int first = CodePoints.ToLower(c, out int second);
            string actual = second == 0 ? $"{first:X}" : $"{first:X} {second:X}";
            Assert.True((expected.GetValueOrDefault(c) ?? $"{c:X}") == actual, $"U+{c:X4}: {actual}");
        }
    }

    // The measured file lists only what differs from Unicode 17; the platform's own decompositions stand for the rest.
    [Fact]
    public void DecompositionsAreThePlatformsExceptWhereMeasuredOtherwise()
    {
        if ("é".Normalize(NormalizationForm.FormD) != "e\u0301")
            Assert.Skip("This process runs without the platform's Unicode data (globalization-invariant mode).");
        var measured = new HashSet<int>();
        JsonElement map = Tables().GetProperty("normalization_vs_unicode17").GetProperty("NFD").GetProperty("map");
        foreach (JsonProperty entry in map.EnumerateObject())
            measured.Add(Hexadecimal(entry.Name));
        Span<int> parts = stackalloc int[4];
        for (int c = 0; c < CodePointCount; c++)
        {
            // The platform refuses to normalise non-characters.
            if (c is >= 0xD800 and < 0xE000 or >= 0xFDD0 and <= 0xFDEF || (c & 0xFFFE) == 0xFFFE)
                continue;
            string text = char.ConvertFromUtf32(c);
            var actual = new StringBuilder();
            for (int i = 0, count = CodePoints.Decompose(c, parts); i < count; i++)
                actual.Append(char.ConvertFromUtf32(parts[i]));
            string expected = measured.Contains(c) ? text : text.Normalize(NormalizationForm.FormD);
            Assert.True(expected == actual.ToString(), $"U+{c:X4}");
        }
    }

    [Fact]
    public void MarksComeInCanonicalOrder()
    {
        // From UAX 15: dot below (220) goes before dot above (230); equal classes keep their order; a starter
        // separates.
        Assert.Equal("q\u0323\u0307", Decomposed("q\u0307\u0323"));
        Assert.Equal("a\u0301\u0300", Decomposed("a\u0301\u0300"));
        Assert.Equal("s\u0323\u0307", Decomposed("\u1E69"));
        Assert.Equal("a\u0307\u034F\u0323", Decomposed("a\u0307\u034F\u0323"));
        // A long run takes another path: many above, then many below.
        string above = new('\u0307', 500), below = new('\u0323', 500);
        Assert.Equal("a" + below + above, Decomposed("a" + above + below));
    }

    private static string Decomposed(string text)
    {
        NormalizedText source = new(new TextBudget()), destination = new(new TextBudget());
        source.Load(text, 0, aligned: true);
        destination.Clear(aligned: true, text.Length);
        new UnicodeForm(compatible: false, composed: false).Apply(source, destination);
        return destination.Units.ToString();
    }

    private static JsonElement Tables() => JsonElement.Parse(
        File.ReadAllBytes(TestData.Shared("golden", "tokenizers", "_unicode-tables", "tables.json")));

    private static int Hexadecimal(string digits) =>
        int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
