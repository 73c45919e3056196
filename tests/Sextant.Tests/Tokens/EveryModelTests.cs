using System.Globalization;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>
/// What holds for every kind of tokenizer: memory, parts of long texts, hostile texts, threads, cultures.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public class EveryModelTests
{
    /// <summary>One set for each kind of model and of pipeline, of those that a fresh clone carries.</summary>
    public static readonly TheoryData<string> Kinds =
    [
        "syn-wp-lower-template", "syn-bl-gpt2-trim-offsets", "syn-bl-llama3-style", "syn-bl-o200k-regex",
        "syn-bl-deepseek-splits", "syn-bpe-endofword", "syn-bpe-bytefallback-partial", "syn-pre-metaspace-first-split",
        "syn-unigram-bytefallback", "syn-norm-precompiled-custom", "syn-norm-nfkc", "syn-norm-replace-regex",
        "syn-wordlevel", "syn-added-flags-bytelevel-aps", "syn-pre-unicodescripts",
    ];

    private static readonly EncodeOptions WithOffsets = new() { Offsets = OffsetUnit.CodePoints };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NothingIsAllocatedOnceTheBufferHasGrown(string set)
    {
        Tokenizer tokenizer = Load(set);
        string[] texts = Texts(set);
        string longText = string.Join(' ', texts) + new string('\u0301', 500) + new string('a', 5000);
        var buffer = new TokenBuffer();
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            foreach (string text in texts)
                tokenizer.Encode(text, buffer, WithOffsets);
            tokenizer.Encode(longText, buffer, WithOffsets);
            tokenizer.Encode(longText, buffer);
            tokenizer.EncodePair(longText, texts[3], buffer, new EncodeOptions { MaxTokens = 20 });
            tokenizer.CountTokens(longText);
        }));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ALongTextInPartsIsTheSameAsInOnePiece(string set)
    {
        TokenPipeline pipeline = Load(set).Pipeline;
        var random = new Random(5);
        string[] texts = Texts(set);
        string text = string.Concat(Enumerable.Range(0, 400).Select(
            i => texts[random.Next(texts.Length)] + (i % 3 == 0 ? " x  y\n" : "a b's 12 don't  ")));
        (int[] Ids, (int, int)[] Offsets) whole = Run(pipeline, text, int.MaxValue);
        foreach (int partLength in new[] { 1, 7, 50, 4096 })
        {
            (int[] Ids, (int, int)[] Offsets) parts = Run(pipeline, text, partLength);
            Assert.Equal(whole.Ids, parts.Ids);
            Assert.Equal(whole.Offsets, parts.Offsets);
        }
    }

    // A quadratic step takes minutes here; the limit only has to tell seconds from minutes.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void AMegabyteOfAnythingTakesLinearTime(string set)
    {
        Tokenizer tokenizer = Load(set);
        var buffer = new TokenBuffer();
        long start = ThreadTime.Milliseconds;
        foreach (string unit in new[] { "a", " ", "ab1", "e\u0301", "\u4E2D", "\U0001F600", "\n", "'", "A" })
        {
            string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
            tokenizer.Encode(text, buffer, WithOffsets);
        }
        Assert.InRange(ThreadTime.Milliseconds - start, 0, 60_000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ThreadsAndCulturesDoNotMatter(string set)
    {
        Tokenizer tokenizer = Load(set);
        string[] texts = Texts(set);
        int[][] expected = [.. texts.Select(text => Ids(tokenizer, text))];
        var failures = new int[4];
        var threads = new Thread[failures.Length];
        for (int t = 0; t < threads.Length; t++)
        {
            int thread = t;
            threads[t] = new Thread(() =>
            {
                // A culture of its own, where the process has cultures.
                CultureInfo.CurrentCulture = thread == 0 ? CultureInfo.InvariantCulture : Turkish();
                Tokenizer own = thread < 2 ? Load(set) : tokenizer;
                for (int i = 0; i < 4 * texts.Length; i++)
                {
                    int index = (i * 7 + thread) % texts.Length;
                    failures[thread] += Ids(own, texts[index]).AsSpan().SequenceEqual(expected[index]) ? 0 : 1;
                }
            });
            threads[t].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(failures, count => Assert.Equal(0, count));
    }

    // Merging short words and long ones is not the same code. U+0001 is a byte that merges with nothing, so a long word
    // of short ones between such bytes has the pieces of the short ones.
    [Fact]
    public void LongWordsMergeAsShortOnesDo()
    {
        Tokenizer tokenizer = Load("syn-pre-metaspace-first-split");
        foreach (string word in new[] { "there", "little", "was", "together", "thththth", "aaaaaaa" })
        {
            int[] one = Ids(tokenizer, "\u0001" + word + "\u0001");
            string text = string.Concat(Enumerable.Repeat("\u0001" + word, 40)) + "\u0001";
            int[] many = Ids(tokenizer, text);
            int[] repeated = one[1..^1];
            Assert.Equal([one[0], .. Enumerable.Repeat(repeated, 40).SelectMany(ids => ids), one[^1]], many);
        }
    }

    private static (int[], (int, int)[]) Run(TokenPipeline pipeline, string text, int partLength)
    {
        var tokens = new SequenceTokens();
        tokens.Begin(int.MaxValue, TruncationSide.Right, offsets: true, spaces: null);
        pipeline.Run(text, new EncodeScratch(), tokens, offsets: true, partLength);
        tokens.Complete();
        return (tokens.Ids.ToArray(), [.. tokens.Starts.ToArray().Zip(tokens.Ends.ToArray())]);
    }

    private static Tokenizer Load(string set) => Tokenizer.LoadFolder(GoldenFile.Folder(set));

    private static string[] Texts(string set) =>
        [.. GoldenFile.Lines(set).Select(line => GoldenFile.Text(line, "text")!)];

    private static int[] Ids(Tokenizer tokenizer, string text)
    {
        var buffer = new TokenBuffer();
        tokenizer.Encode(text, buffer, new EncodeOptions { AddSpecialTokens = false });
        return buffer.Ids.ToArray();
    }

    private static CultureInfo Turkish()
    {
        try
        {
            return new CultureInfo("tr-TR");
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
