using Sextant.Backends;
using Sextant.Batches;
using Sextant.Heads;
using Sextant.Weights;

namespace Sextant.Tests.Heads;

/// <summary>After warm-up heads allocate nothing, and SPLADE's memory does not grow as tokens × vocabulary.</summary>
[Collection(nameof(MeasuredAlone))]
public class HeadMemoryTests
{
    [Fact]
    public void LabelScoresAllocateNothing()
    {
        using SequenceClassifier model = SequenceClassifier.Load(TestData.Model("bert_seqcls"));
        TokenSequence[] texts = Sequences(40);
        var scores = new float[texts.Length];
        Assert.Equal(0, Allocations.WhenSteady(() => model.Logits(texts, scores)));
    }

    [Fact]
    public void SparseVectorsAllocateNothing()
    {
        using SparseEncoder model = SparseEncoder.Load(
            TestData.Model("bert_mlm"), new() { MaxTerms = 50 });
        TokenSequence[] texts = Sequences(40);
        var vectors = new SparseVectors();
        Assert.Equal(0, Allocations.WhenSteady(() => model.EmbedTokens(texts, vectors)));
    }

    [Fact]
    public void ALongTextNeedsNoMoreMemoryForItsScoresThanAShortOne()
    {
        string folder = TestData.Model("bert_mlm");
        using Backend backend = Device.Cpu.CreateBackend(Precision.Exact, 1);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        HeadPlan plan = HeadCatalog.Find(
            HeadCatalog.MaskedLanguage, "", ConfigFile.Read(Path.Combine(folder, "config.json")));
        var head = new SpladeHead(TokenHead.Load(plan, checkpoint, backend, 64, 1000));
        var batch = new PackedBatch();
        batch.Add(new int[300], default, 0);
        long shorter = head.WorkspaceBytes(backend, batch);
        batch.Clear();
        batch.Add(new int[100_000], default, 0);
        Assert.Equal(shorter, head.WorkspaceBytes(backend, batch));
    }

    private static TokenSequence[] Sequences(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ =>
            new TokenSequence(Enumerable.Range(0, 1 + random.Next(60)).Select(_ => random.Next(1000)).ToArray()))];
    }
}
