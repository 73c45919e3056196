using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Sextant.Extensions.Tokenizers.Tests;

/// <summary>
/// Microsoft's type over our tokenizers: the ids are Hugging Face's, and a text can be cut by the indices.
/// </summary>
public class TokenizerTests
{
    public static TheoryData<string> Sets =>
    [
        "syn-bl-gpt2-trim-offsets", "syn-bl-llama3-style", "syn-bpe-endofword", "syn-unigram-bytefallback",
        "syn-wordlevel", "syn-wp-lower-template", "syn-pre-metaspace-first-split", "syn-norm-nfkc",
    ];

    [Theory]
    [MemberData(nameof(Sets))]
    public void IdsOffsetsAndTextsAreTheReferences(string set)
    {
        GoldenSet golden = GoldenSet.Load(set);
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer(addSpecialTokens: true);
        Assert.NotEmpty(golden.Texts);
        foreach (GoldenText line in golden.Texts)
        {
            Assert.Equal(line.Ids, tokenizer.EncodeToIds(line.Text));
            Assert.Equal(line.Ids.Length, tokenizer.CountTokens(line.Text));
            IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(line.Text, out string? normalized);
            Assert.Null(normalized);
            Assert.Equal(line.Ids, tokens.Select(token => token.Id));
            Assert.Equal(line.Offsets, tokens.Select(token => new[]
            {
                CodePoints(line.Text, token.Offset.Start.Value), CodePoints(line.Text, token.Offset.End.Value),
            }));
            if (line.Decoded is not null)
                Assert.Equal(line.Decoded, tokenizer.Decode(line.Ids));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void TheFlagsOfOtherTokenizersChangeNoToken(string set)
    {
        GoldenSet golden = GoldenSet.Load(set);
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer();
        foreach (GoldenText line in golden.Texts)
        {
            IReadOnlyList<int> ids = tokenizer.EncodeToIds(line.Text);
            Assert.Equal(ids, tokenizer.EncodeToIds(line.Text, considerNormalization: false));
            Assert.Equal(ids, tokenizer.EncodeToIds(line.Text.AsSpan(), considerPreTokenization: false));
            Assert.Equal(ids.Count, tokenizer.CountTokens(line.Text, considerNormalization: false));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void WhatComesBeforeAnIndexAreTheTextsFirstTokens(string set)
    {
        GoldenSet golden = GoldenSet.Load(set);
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer();
        int cut = 0;
        foreach (GoldenText line in golden.Texts)
        {
            IReadOnlyList<EncodedToken> all = tokenizer.EncodeToTokens(line.Text, out _);
            foreach (int limit in (int[])[1, 2, 3, 7, Math.Max(1, all.Count - 1), all.Count + 1])
            {
                int index = tokenizer.GetIndexByTokenCount(line.Text, limit, out string? normalized, out int count);
                IReadOnlyList<int> ids = tokenizer.EncodeToIds(line.Text, limit, out _, out int consumed);
                Assert.Null(normalized);
                Assert.Equal((index, count), (consumed, ids.Count));
                Assert.InRange(count, 0, Math.Min(limit, all.Count));
                Assert.Equal(all.Take(count).Select(token => token.Id), ids);
                Assert.All(all.Take(count), token => Assert.True(token.Offset.End.Value <= index));
                Assert.All(all.Skip(count), token => Assert.True(token.Offset.Start.Value >= index));
                AssertBetweenCharacters(line.Text, index);
                // As many as fit: the next character's tokens are too many.
                if (count < all.Count)
                {
                    cut++;
                    int next = count + 1;
                    while (next < all.Count && all[next].Offset.Start.Value < all[next - 1].Offset.End.Value)
                        next++;
                    Assert.True(next > limit);
                }
                else
                {
                    Assert.Equal(line.Text.Length, index);
                }
            }
        }
        Assert.True(cut > 100, $"{cut} cuts");
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void WhatComesAfterAnIndexFromTheEndAreTheTextsLastTokens(string set)
    {
        GoldenSet golden = GoldenSet.Load(set);
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer();
        foreach (GoldenText line in golden.Texts)
        {
            IReadOnlyList<EncodedToken> all = tokenizer.EncodeToTokens(line.Text, out _);
            foreach (int limit in (int[])[1, 2, 3, 7, Math.Max(1, all.Count - 1), all.Count + 1])
            {
                int index = tokenizer.GetIndexByTokenCountFromEnd(
                    line.Text, limit, out string? normalized, out int count);
                Assert.Null(normalized);
                Assert.InRange(count, 0, Math.Min(limit, all.Count));
                Assert.All(all.TakeLast(count), token => Assert.True(token.Offset.Start.Value >= index));
                Assert.All(all.SkipLast(count), token => Assert.True(token.Offset.End.Value <= index));
                AssertBetweenCharacters(line.Text, index);
                if (count < all.Count)
                {
                    int next = all.Count - count - 1;
                    while (next > 0 && all[next - 1].Offset.End.Value > all[next].Offset.Start.Value)
                        next--;
                    Assert.True(all.Count - next > limit);
                }
                else
                {
                    Assert.Equal(0, index);
                }
            }
        }
    }

    [Fact]
    public void ALimitWithSpecialTokensKeepsThem()
    {
        GoldenSet golden = GoldenSet.Load("syn-wp-lower-template");
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer(addSpecialTokens: true);
        GoldenText line = golden.Texts.First(line => line.Ids.Length > 8 && line.Text.All(char.IsAscii));
        int special = golden.Tokenizer.SpecialTokenCount(pair: false); // all of them but one come first
        IReadOnlyList<int> ids = tokenizer.EncodeToIds(line.Text, special + 2, out _, out int consumed);
        Assert.Equal([.. line.Ids[..(special + 1)], line.Ids[^1]], ids);
        Assert.Equal(line.Offsets[special][1], consumed);
        Assert.Equal(special, tokenizer.EncodeToIds(line.Text, special, out _, out consumed).Count);
        Assert.Equal(0, consumed);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.EncodeToIds(line.Text, special - 1, out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.EncodeToIds(line.Text, 0, out _, out _));
    }

    // A chunker asks for the next few tokens of a long rest again and again.
    [Fact]
    public void AnIndexReadsNoFurtherThanItMust()
    {
        Tokenizer tokenizer = GoldenSet.Load("syn-wp-lower-template").Tokenizer.AsMLTokenizer();
        string text = string.Concat(Enumerable.Repeat("some words of a long text. ", 20_000));
        long parts = 0;
        for (int start = 0; start < text.Length; parts++)
        {
            int length = tokenizer.GetIndexByTokenCount(text.AsSpan(start), 100, out _, out int count);
            Assert.InRange(count, 1, 100);
            start += length;
        }
        Assert.InRange(parts, 1000, 4000);
    }

    [Fact]
    public void DecodingIntoTooLittleRoomSaysHowFarItCame()
    {
        GoldenSet golden = GoldenSet.Load("syn-bl-gpt2-trim-offsets");
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer();
        const string Text = "line break and a longer line";
        int[] ids = [.. tokenizer.EncodeToIds(Text)];
        for (int room = 0; room <= Text.Length; room++)
        {
            char[] into = new char[room];
            OperationStatus status = tokenizer.Decode(ids, into, out int consumed, out int written);
            Assert.Equal(room < Text.Length ? OperationStatus.DestinationTooSmall : OperationStatus.Done, status);
            Assert.Equal(Text[..written], new string(into, 0, written));
            Assert.Equal(tokenizer.Decode(ids[..consumed]), Text[..written]);
            Assert.True(consumed == ids.Length || tokenizer.Decode(ids[..(consumed + 1)]).Length > room);
        }
        Assert.Equal(OperationStatus.InvalidData,
            tokenizer.Decode([.. ids, 1 << 20], new char[100], out int known, out int length));
        Assert.Equal((ids.Length, Text.Length), (known, length));
        Assert.Throws<InvalidOperationException>(() => tokenizer.Decode([1 << 20]));
        Assert.Throws<ArgumentNullException>(() => tokenizer.Decode(null!));
    }

    [Fact]
    public async Task ManyThreadsCountAlike()
    {
        GoldenSet golden = GoldenSet.Load("syn-unigram-bytefallback");
        Tokenizer tokenizer = golden.Tokenizer.AsMLTokenizer(addSpecialTokens: true);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            foreach (GoldenText line in golden.Texts)
                Assert.Equal(line.Ids, tokenizer.EncodeToIds(line.Text));
        }, TestContext.Current.CancellationToken)));
    }

    private static int CodePoints(string text, int end) =>
        end - Enumerable.Range(0, end).Count(i => char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]));

    private static void AssertBetweenCharacters(string text, int index)
    {
        Assert.InRange(index, 0, text.Length);
        Assert.False(index > 0 && index < text.Length && Rune.TryGetRuneAt(text, index - 1, out Rune rune)
            && rune.Utf16SequenceLength == 2);
    }
}
