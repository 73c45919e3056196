using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Models;

namespace Sextant.Tests.Backends;

/// <summary>What int8 does in fewer passes than its definition has the definition's bits.</summary>
public sealed class CpuInt8BackendTests
{
    public static TheoryData<int, ActivationKind, bool> Parts() => new()
    {
        { 1, ActivationKind.Gelu, false }, { 7, ActivationKind.Relu, false }, { 129, ActivationKind.GeluTanh, true },
        { 300, ActivationKind.Gelu, false }, { 300, ActivationKind.Silu, true }, { 40, ActivationKind.Identity, true },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void AFeedForwardPartHasTheBitsOfItsOps(int rows, ActivationKind activation, bool gated)
    {
        foreach (Isa isa in KernelSets.Int8)
        {
            foreach (int threads in new[] { 1, 2 })
            {
                float[] apart = Run(isa, threads, rows, activation, gated, together: false);
                float[] together = Run(isa, threads, rows, activation, gated, together: true);
                Assert.True(
                    MemoryMarshal.AsBytes<float>(apart).SequenceEqual(
                        MemoryMarshal.AsBytes<float>(together)), $"{isa}, {threads} threads");
            }
        }
    }

    private static float[] Run(Isa isa, int threads, int rows, ActivationKind activation, bool gated, bool together)
    {
        const int Hidden = 52, Wide = 101;
        Backend backend = new CpuDevice(new KernelSet(isa), null).CreateBackend(Precision.Int8, threads);
        using var run = new BackendRun(backend, new PackedBatch());
        backend.Settle(() => { });
        Matrix Load(int outputs, int inputs, int seed) => backend.LoadMatrix(
            new ArrayRows(outputs, inputs, ElementType.F32, Values(seed, outputs * inputs)),
            new ArrayRows(outputs, 1, ElementType.F32, Values(seed + 1, outputs)));
        Matrix up = Load(gated ? 2 * Wide : Wide, Hidden, 1), down = Load(Hidden, Wide, 3);
        Tensor x = run.Put(rows, Hidden, Values(5, rows * Hidden));
        Tensor feed = run.Poisoned(rows, up.Outputs);
        Tensor scratch = run.Scratch(new ScratchNeeds(1, 1, 0, Wide));
        if (together)
        {
            backend.FeedForward(x, new FeedForwardWeights(up, activation, gated, down), feed, x, x, scratch);
        }
        else
        {
            backend.Linear(x, up, gated ? ActivationKind.Identity : activation, default, feed, scratch);
            if (gated)
                backend.Gate(feed, activation);
            backend.Linear(feed.ColumnRange(0, Wide), down, ActivationKind.Identity, x, x, scratch);
        }
        return run.Get(x);
    }

    private static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }
}
