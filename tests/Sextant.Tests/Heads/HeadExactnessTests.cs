using Sextant.Backends;
using Sextant.Kernels;

namespace Sextant.Tests.Heads;

/// <summary>
/// Scores and sparse vectors are one bit pattern each: alone or in any batch, on any threads and instruction set.
/// </summary>
public class HeadExactnessTests
{
    private static readonly bool s_slow = !InstructionSets.HasFusedMultiplyAdd;

    [Fact]
    public void SparseVectorsDoNotDependOnTheBatch()
    {
        string folder = TestData.Model("bert_mlm");
        TokenSequence[] texts = Sequences(s_slow ? 5 : 60, s_slow ? 10 : 120);
        TermWeight[][] expected = new TermWeight[texts.Length][];
        using (SparseEncoder alone = SparseEncoder.Load(
            folder, new() { Threads = 1, Device = new CpuDevice(new KernelSet(Isa.Reference), null) }))
        {
            var vectors = new SparseVectors();
            for (int i = 0; i < texts.Length; i++)
            {
                alone.EmbedTokens([texts[i]], vectors);
                expected[i] = vectors[0].ToArray();
                Assert.NotEmpty(expected[i]);
            }
        }
        foreach (Isa isa in InstructionSets.Supported)
        {
            foreach (int threads in new[] { 1, 2 })
            {
                using SparseEncoder model = SparseEncoder.Load(
                    folder, new() { Threads = threads, Device = new CpuDevice(new KernelSet(isa), null) });
                int[] order = [.. Enumerable.Range(0, texts.Length)];
                new Random(threads).Shuffle(order);
                var vectors = new SparseVectors();
                model.EmbedTokens(Array.ConvertAll(order, i => texts[i]), vectors);
                for (int i = 0; i < order.Length; i++)
                    Assert.True(expected[order[i]].AsSpan().SequenceEqual(vectors[i]),
                        $"text {order[i]} on {isa}, {threads} threads");
            }
        }
    }

    [Fact]
    public void TheBordersOfBlocksDoNotMatter()
    {
        string folder = TestData.Model("bert_mlm");
        TokenSequence[] texts = Sequences(12, 100);
        using TokenScorer scorer = TokenScorer.LoadMaskedLanguage(folder);
        using SparseEncoder model = SparseEncoder.Load(folder);
        var vectors = new SparseVectors();
        model.EmbedTokens(texts, vectors);
        foreach (int rows in new[] { 1, 2, 16, 17, 99 })
        {
            using SparseEncoder other = SparseEncoder.Load(folder, null, rows);
            var others = new SparseVectors();
            other.EmbedTokens(texts, others);
            for (int i = 0; i < texts.Length; i++)
                Assert.True(vectors[i].SequenceEqual(others[i]),
                    $"text {i} of {texts[i].Ids.Length} tokens in blocks of {rows}");
        }
        for (int i = 0; i < texts.Length; i++)
        {
            int tokens = texts[i].Ids.Length;
            var scores = new float[tokens * scorer.Outputs];
            scorer.Score(texts[i], scores);
            var terms = new List<int>();
            for (int v = 0; v < scorer.Outputs; v++)
            {
                if (Enumerable.Range(0, tokens).Any(t => scores[t * scorer.Outputs + v] > 0))
                    terms.Add(v);
            }
            Assert.Equal(terms, vectors[i].ToArray().Select(term => term.Id));
        }
    }

    [Fact]
    public void LabelScoresDoNotDependOnTheBatch()
    {
        string folder = TestData.Model("bert_seqcls");
        TokenSequence[] texts = Sequences(s_slow ? 5 : 60, s_slow ? 10 : 120);
        using SequenceClassifier alone = SequenceClassifier.Load(folder, new() { Threads = 1 });
        float[] expected = Array.ConvertAll(texts, text =>
        {
            var score = new float[1];
            alone.Logits([text], score);
            return score[0];
        });
        Assert.Equal(texts.Length, expected.Distinct().Count());
        foreach (Isa isa in InstructionSets.Supported)
        {
            using SequenceClassifier model = SequenceClassifier.Load(
                folder, new() { Threads = 2, Device = new CpuDevice(new KernelSet(isa), null) });
            var actual = new float[texts.Length];
            model.Logits([.. texts.Reverse()], actual);
            Assert.Equal(expected, actual.Reverse());
        }
    }

    [Fact]
    public void TheLargestTermsAreKept()
    {
        string folder = TestData.Model("bert_mlm");
        TokenSequence[] texts = Sequences(5, 50);
        using SparseEncoder all = SparseEncoder.Load(folder);
        using SparseEncoder few = SparseEncoder.Load(folder, new() { MaxTerms = 20 });
        var (whole, cut) = (new SparseVectors(), new SparseVectors());
        all.EmbedTokens(texts, whole);
        few.EmbedTokens(texts, cut);
        for (int i = 0; i < texts.Length; i++)
        {
            TermWeight[] expected = [.. whole[i].ToArray().OrderByDescending(t => t.Weight).ThenBy(t => t.Id)
                .Take(20).OrderBy(t => t.Id)];
            Assert.Equal(expected, cut[i].ToArray());
            double dot = whole[i].ToArray()
                .Join(cut[i].ToArray(), a => a.Id, b => b.Id, (a, b) => (double)a.Weight * b.Weight).Sum();
            Assert.Equal(dot, SparseVectors.Dot(whole[i], cut[i]), 1e-5 * dot);
        }
    }

    private static TokenSequence[] Sequences(int count, int longest)
    {
        var random = new Random(17);
        return [.. Enumerable.Range(0, count).Select(_ =>
            new TokenSequence(Enumerable.Range(0, 1 + random.Next(longest)).Select(_ => random.Next(1000)).ToArray()))];
    }
}
