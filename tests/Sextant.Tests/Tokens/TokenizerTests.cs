using System.Globalization;
using System.Text;
using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>What holds for every text: threads, cultures, memory, long and hostile inputs.</summary>
[Collection(nameof(MeasuredAlone))]
public class TokenizerTests
{
    private static readonly Tokenizer Lower = Tokenizer.LoadFolder(GoldenFile.Folder("syn-wp-lower-template"));

    private static readonly string[] Texts =
        [.. GoldenFile.Lines("syn-wp-lower-template").Select(line => GoldenFile.Text(line, "text")!)];

    [Fact]
    public void EightThreadsGetTheSameTokens()
    {
        int[][] expected = [.. Texts.Select(text => Ids(Lower, text))];
        var failures = new int[8];
        var threads = new Thread[failures.Length];
        for (int t = 0; t < threads.Length; t++)
        {
            int thread = t;
            threads[t] = new Thread(() =>
            {
                var buffer = new TokenBuffer();
                for (int i = 0; i < 20 * Texts.Length; i++)
                {
                    int index = (i * 7 + thread) % Texts.Length;
                    Lower.Encode(Texts[index], buffer, new EncodeOptions { AddSpecialTokens = false });
                    bool equal = buffer.Ids.SequenceEqual(expected[index])
                        && Lower.CountTokens(Texts[index], addSpecialTokens: false) == expected[index].Length;
                    failures[thread] += equal ? 0 : 1;
                }
            });
            threads[t].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(failures, count => Assert.Equal(0, count));
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("az-Latn-AZ")]
    [InlineData("lt-LT")]
    [InlineData("th-TH")]
    public void CultureDoesNotMatter(string name)
    {
        const string Text = "I İ ı i ISTANBUL Ìí TITLE 1.234,5 \u0E40\u0E01";
        CultureInfo before = CultureInfo.CurrentCulture;
        int[] expected = Ids(Lower, Text);
        try
        {
            CultureInfo.CurrentCulture = Culture(name);
            Tokenizer loaded = Tokenizer.LoadFolder(GoldenFile.Folder("syn-wp-lower-template"));
            Assert.Equal(expected, Ids(loaded, Text));
            Assert.Equal(Lower.Decode(expected), loaded.Decode(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void NothingIsAllocatedOnceTheBufferHasGrown()
    {
        var buffer = new TokenBuffer();
        var window = new TokenBuffer();
        string longText = string.Concat(Enumerable.Repeat(string.Join(' ', Texts), 5)) + new string('\u0301', 500);
        string lone = longText + "\ud800 \udc00";
        var offsets = new EncodeOptions { Offsets = OffsetUnit.CodePoints };
        var cut = new EncodeOptions { MaxTokens = 20, Side = TruncationSide.Left, KeepOverflow = true, Stride = 2 };
        void Work()
        {
            foreach (string text in Texts)
                Lower.Encode(text, buffer, offsets);
            Lower.Encode(lone, buffer, offsets);
            Lower.EncodePair(longText, Texts[3], buffer, cut);
            buffer.CopyOverflow(1, window);
            Lower.CountTokens(longText);
            Lower.TryGetId("[CLS]", out _);
        }
        Assert.Equal(0, Allocations.WhenSteady(Work));
    }

    [Fact]
    public void ALongTextInPartsIsTheSameAsItsTextsOneByOne()
    {
        // Parts end before spaces and line feeds, so texts joined by them are far longer than a part.
        string[] texts = [.. Enumerable.Repeat(Texts, 20).SelectMany(text => text)];
        string all = string.Join(" \n", texts);
        Assert.True(all.Length > 40_000);
        var buffer = new TokenBuffer();
        Lower.Encode(all, buffer, new EncodeOptions { AddSpecialTokens = false, Offsets = OffsetUnit.Utf16 });
        var ids = new List<int>();
        var offsets = new List<(int Start, int End)>();
        var one = new TokenBuffer();
        int start = 0;
        foreach (string text in texts)
        {
            Lower.Encode(text, one, new EncodeOptions { AddSpecialTokens = false, Offsets = OffsetUnit.Utf16 });
            ids.AddRange(one.Ids);
            foreach ((int Start, int End) offset in one.Offsets)
                offsets.Add((offset.Start + start, offset.End + start));
            start += text.Length + 2;
        }
        Assert.Equal(ids, buffer.Ids.ToArray());
        Assert.Equal(offsets, buffer.Offsets.ToArray());
    }

    [Theory]
    [InlineData(TruncationSide.Right)]
    [InlineData(TruncationSide.Left)]
    public void WhatIsCutOffIsCountedAndNotKept(TruncationSide side)
    {
        string text = string.Concat(Enumerable.Repeat(string.Join(' ', Texts) + "\n", 200));
        int[] all = Ids(Lower, text);
        var buffer = new TokenBuffer();
        long allocated = Allocations.WhenSteady(
            () => Lower.Encode(text, buffer = new TokenBuffer(), new EncodeOptions { MaxTokens = 33, Side = side }),
            accepted: text.Length / 4);
        int special = Lower.SpecialTokenCount(pair: false), kept = 33 - special;
        Assert.Equal(3, special);
        Assert.Equal(all.Length - kept, buffer.Truncated);
        Assert.Equal(33, buffer.Count);
        Assert.Equal(side == TruncationSide.Right ? all[..kept] : all[^kept..], buffer.Ids[2..^1].ToArray());
        Assert.True(allocated <= text.Length / 4, $"{allocated} bytes for a text of {text.Length} units");
        Assert.Equal(all.Length + special, Lower.CountTokens(text));
    }

    [Theory]
    [InlineData("a D800 b", "a FFFD b")]
    [InlineData("DC00", "FFFD")]
    [InlineData("x DC00 D800", "x FFFD FFFD")]
    [InlineData("D83D DE00 D83D", "D83D DE00 FFFD")]
    public void ALoneSurrogateIsTheReplacementCharacter(string units, string soundUnits)
    {
        string text = Units(units), sound = Units(soundUnits);
        foreach (string set in new[] { "syn-wp-lower-template", "syn-wp-max12" })
        {
            Tokenizer tokenizer = Tokenizer.LoadFolder(GoldenFile.Folder(set));
            TokenBuffer buffer = new(), expected = new();
            tokenizer.Encode(text, buffer, new EncodeOptions { Offsets = OffsetUnit.CodePoints });
            tokenizer.Encode(sound, expected, new EncodeOptions { Offsets = OffsetUnit.CodePoints });
            Assert.Equal(expected.Ids.ToArray(), buffer.Ids.ToArray());
            Assert.Equal(expected.Offsets.ToArray(), buffer.Offsets.ToArray());
        }
    }

    [Fact]
    public void OffsetsPointIntoTheOriginalText()
    {
        string folder = FileOf("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nelan\n##s\n中\n😀", "{}");
        Tokenizer tokenizer = Tokenizer.LoadFolder(folder);
        var buffer = new TokenBuffer();
        tokenizer.Encode("😀 E\u0301lans中", buffer, new EncodeOptions { Offsets = OffsetUnit.Utf16 });
        Assert.Equal(["[CLS]", "😀", "elan", "##s", "中", "[SEP]"], buffer.Ids.ToArray().Select(tokenizer.TokenText));
        Assert.Equal([new(0, 0), new(0, 2), new(3, 8), new(8, 9), new(9, 10), new(0, 0)], buffer.Offsets.ToArray());
        tokenizer.Encode("😀 E\u0301lans中", buffer, new EncodeOptions { Offsets = OffsetUnit.CodePoints });
        Assert.Equal([new(0, 0), new(0, 1), new(2, 7), new(7, 8), new(8, 9), new(0, 0)], buffer.Offsets.ToArray());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void VocabularyTextIsTheSameAsTheJsonItCameFrom()
    {
        string set = GoldenFile.Folder("syn-tp-longest-left-stride");
        JsonElement json = JsonElement.Parse(File.ReadAllBytes(Path.Combine(set, "tokenizer.json")));
        string vocabulary = string.Join('\n', json.GetProperty("model").GetProperty("vocab").EnumerateObject()
            .OrderBy(token => token.Value.GetInt32()).Select(token => token.Name));
        string folder = FileOf(vocabulary,
            """{"do_lower_case": false, "sep_token": {"content": "[SEP]"}, "model_max_length": 1e30}""");
        Tokenizer whole = Tokenizer.LoadFolder(set), text = Tokenizer.LoadFolder(folder);
        TokenBuffer expected = new(), actual = new();
        foreach (string sample in Texts)
        {
            whole.EncodePair(sample, "b [MASK]", expected, default);
            text.EncodePair(sample, "b [MASK]", actual, default);
            Assert.Equal(expected.Ids.ToArray(), actual.Ids.ToArray());
            Assert.Equal(expected.TypeIds.ToArray(), actual.TypeIds.ToArray());
            Assert.Equal(whole.Decode(expected.Ids), text.Decode(actual.Ids));
        }
        // Without the configuration BERT lower-cases.
        File.Delete(Path.Combine(folder, "tokenizer_config.json"));
        Assert.Equal(Ids(whole, "hello world"), Ids(Tokenizer.LoadFolder(folder), "HÉLLO World"));
        Assert.True(Tokenizer.ExistsIn(folder));
        Directory.Delete(folder, recursive: true);
    }

    // A quadratic step takes minutes here; the limit only has to tell seconds from minutes.
    [Theory]
    [InlineData("a")]
    [InlineData("\u0301")]
    [InlineData("\u0301\u0323")]
    [InlineData("中")]
    [InlineData("[")]
    [InlineData("[CLS")]
    [InlineData(".")]
    [InlineData("D83D DE00")]
    [InlineData("D83D")]
    [InlineData("\u1E69")]
    public void AMegabyteOfAnythingTakesLinearTime(string units)
    {
        string unit = Units(units);
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        var buffer = new TokenBuffer();
        long start = ThreadTime.Milliseconds;
        Lower.Encode(text, buffer, new EncodeOptions { Offsets = OffsetUnit.CodePoints });
        Lower.Encode(text, buffer, new EncodeOptions { MaxTokens = 16, Side = TruncationSide.Left });
        Assert.InRange(ThreadTime.Milliseconds - start, 0, 20_000);
    }

    // What Hugging Face's tokenizers 0.23.2 gives for the same file: the escapes are a letter and one or two code
    // points of four bytes that join its grapheme cluster, which then has up to nine bytes when its length is known.
    [Theory]
    [InlineData("a\U0001F3FB\U0001F3FB", "261 243 162 146 190 243 162 146 190")]
    [InlineData(" \U0001DA48\U0001DA48", "410 243 160 172 139 243 160 172 139")]
    [InlineData("a\u0301\u0323\U0001F3FB", "261 207 132 207 166 243 162 146 190")]
    [InlineData("\u0391\u0301\u200D\U0001F3FB", "410 471 209 180 207 132 229 131 144 243 162 146 190")]
    public void AClusterMayGrowBeyondTheLimitByAnyCodePoint(string text, string expected)
    {
        Tokenizer mapped = Tokenizer.LoadFolder(GoldenFile.Folder("syn-norm-precompiled-custom"));
        Assert.Equal(expected, string.Join(' ', Ids(mapped, text)));
    }

    [Fact]
    public void OptionsThatCannotBeMetAreRefused()
    {
        var buffer = new TokenBuffer();
        Assert.Throws<ArgumentException>(() => Lower.Encode("a", buffer, new EncodeOptions { MaxTokens = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Lower.Encode("a", buffer, new EncodeOptions { MaxTokens = -1 }));
        Assert.Throws<UnsupportedRequestException>(() => Lower.Encode("a b c d e f", buffer,
            new EncodeOptions { MaxTokens = 6, Stride = 3, KeepOverflow = true }));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyOverflow(0, new TokenBuffer()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Lower.TokenText(1 << 20));
        Lower.Encode("a b c", buffer, new EncodeOptions { MaxTokens = 3 });
        Assert.Equal((3, 3), (buffer.Count, buffer.Truncated));
    }

    private static CultureInfo Culture(string name)
    {
        try
        {
            return new CultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            Assert.Skip($"This process has no culture {name} (globalization-invariant mode).");
            throw;
        }
    }

    private static int[] Ids(Tokenizer tokenizer, string text)
    {
        var buffer = new TokenBuffer();
        tokenizer.Encode(text, buffer, new EncodeOptions { AddSpecialTokens = false });
        return buffer.Ids.ToArray();
    }

    // The test runner's own UTF-8 would not carry lone surrogates, so they are written as four hexadecimal digits.
    private static string Units(string units) => string.Concat(units.Split(' ').Select(unit => unit.Length == 4
        && ushort.TryParse(unit, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value)
            ? ((char)value).ToString()
            : unit));

    private static string FileOf(string vocabulary, string config)
    {
        string folder = Directory.CreateTempSubdirectory("sextant-tokens-").FullName;
        File.WriteAllText(Path.Combine(folder, "vocab.txt"), vocabulary, new UTF8Encoding(false));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config);
        return folder;
    }
}
