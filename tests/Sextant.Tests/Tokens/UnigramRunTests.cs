using System.Globalization;
using System.Text;
using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>
/// Runs of one character of length 1 to 400, and of two alternating: splits whose exact scores are equal, so that the
/// last bits of the sums decide. Expected ids: npm tokenizers 0.23.2, as a hash over all lengths, and those of 130.
/// </summary>
public class UnigramRunTests
{
    private const int LongestRun = 400, ShownRun = 130;

    [Theory]
    [InlineData("model2vec-unigram")]
    [InlineData("syn-unigram-bytefallback")]
    [InlineData("syn-unigram-unk")]
    [InlineData("t5-small")]
    [InlineData("xlmr-e5-approx")]
    [InlineData("xlnet-built")]
    public void EqualSplitsAreDecidedAsInTheReference(string set)
    {
        Tokenizer tokenizer = Tokenizer.LoadFile(Path.Combine(GoldenFile.Folder(set), "tokenizer.json"));
        var buffer = new TokenBuffer();
        int runs = 0;
        foreach (string line in File.ReadLines(Path.Combine(TestData.Fixtures, "tokenizers", "unigram-runs.jsonl")))
        {
            JsonElement run = JsonElement.Parse(line);
            if (run.GetProperty("set").GetString() != set)
                continue;
            runs++;
            string unit = run.GetProperty("unit").GetString()!;
            string[] characters = [.. unit.EnumerateRunes().Select(rune => rune.ToString())];
            ulong hash = 14695981039346656037;
            var text = new StringBuilder();
            for (int length = 1; length <= LongestRun; length++)
            {
                text.Append(characters[(length - 1) % characters.Length]);
                tokenizer.Encode(text.ToString(), buffer, new() { AddSpecialTokens = false });
                if (length == ShownRun)
                    Assert.Equal(GoldenFile.Numbers(run, "at130"), buffer.Ids.ToArray());
                hash = Mix(hash, buffer.Count);
                foreach (int id in buffer.Ids)
                    hash = Mix(hash, id);
            }
            Assert.True(run.GetProperty("hash").GetString() == hash.ToString("x16", CultureInfo.InvariantCulture),
                $"{set}: a run of '{unit}' has other ids at some length up to {LongestRun}");
        }
        Assert.True(runs > 50, $"{runs} runs");
    }

    // Digits beyond 53 bits are rounded twice, as the reference's parser does, so some numbers are not the nearest.
    [Theory]
    [InlineData("-2.0122928619384766", -2.0122928619384766)]
    [InlineData("0", 0.0)]
    [InlineData("-0.0", -0.0)]
    [InlineData("1e-400", 0.0)]
    [InlineData("12345678901234567890123e-5", 1.2345678901234567e17)]
    [InlineData("1E+2", 100.0)]
    [InlineData("0.1", 0.1)]
    public void NumbersAreRead(string text, double value)
    {
        Assert.True(ScoreNumber.TryRead(Encoding.UTF8.GetBytes(text), out double read, out int length));
        Assert.Equal(text.Length, length);
        Assert.InRange(read, value - Math.Abs(value) * 3e-16, value + Math.Abs(value) * 3e-16);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("1e999")]
    [InlineData("NaN")]
    public void WhatIsNoNumberIsNotRead(string text) =>
        Assert.False(ScoreNumber.TryRead(Encoding.UTF8.GetBytes(text), out _, out _));

    // 2^53 + 1 as an integer rounds to 2^53, and a tenth of that to another neighbour than a tenth of the exact number:
    // two roundings, where the framework's parser has one.
    [Fact]
    public void ANumberMayBeRoundedTwice()
    {
        int differ = 0;
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++)
        {
            string text = (-random.NextDouble() * 20).ToString("F16", CultureInfo.InvariantCulture);
            Assert.True(ScoreNumber.TryRead(Encoding.UTF8.GetBytes(text), out double read, out _));
            double nearest = double.Parse(text, CultureInfo.InvariantCulture);
            Assert.True(Math.Abs(read - nearest) <= Math.BitIncrement(Math.Abs(nearest)) - Math.Abs(nearest));
            differ += read == nearest ? 0 : 1;
        }
        Assert.InRange(differ, 100, 9_000);
    }

    // FNV-1a over the four bytes of a number.
    private static ulong Mix(ulong hash, int value)
    {
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (uint)(value >> shift & 0xFF)) * 1099511628211;
        return hash;
    }
}
