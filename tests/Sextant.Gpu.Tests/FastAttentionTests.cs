using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;
using Sextant.Tests;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Tensor-core attention, emulated, against softmax in double over the same 16-bit queries, keys and values. The kernel
/// rounds the weights of a query to 16 bits before it multiplies them with the values: half a step of each is allowed.
/// </summary>
public class FastAttentionTests
{
    private const int Reach = 20;

    private static readonly int[] s_lengths = [1, 2, 31, 33, 64, 5, 97, 200];

    [Theory]
    [InlineData(16, 1, 1, FastEmulation.LateCopies, false)]
    [InlineData(32, 2, 2, FastEmulation.EarlyCopies, false)]
    [InlineData(12, 2, 1, FastEmulation.EarlyCopies, false)]
    [InlineData(64, 3, 3, FastEmulation.LateCopies, false)]
    [InlineData(64, 2, 1, FastEmulation.EarlyCopies, true)]
    [InlineData(33, 4, 2, FastEmulation.EarlyCopies, true)]
    [InlineData(128, 2, 1, FastEmulation.LateCopies, false)]
    [InlineData(80, 1, 1, FastEmulation.LateCopies, false)]
    internal void WeightsAndSumsAreThoseOfDouble(int size, int heads, int keyHeads, FastEmulation emulation, bool half)
    {
        var shape = new AttentionShape
        {
            Heads = heads,
            KeyHeads = keyHeads,
            HeadSize = size,
            Scale = 1f / MathF.Sqrt(size),
        };
        AttentionShape[] shapes =
        [
            shape,
            shape with { After = 0 },
            shape with { Before = 3, After = 3 },
            shape with { Before = 40, After = 0 },
            shape with { Before = 20, After = 45 },
            shape with { Before = 0, After = 0 },
            shape with { Softcap = 5f, After = 0 },
        ];
        foreach (AttentionShape one in TestData.Some(shapes, size))
            Check(one, emulation, half, withBias: false);
        Check(shape, emulation, half, withBias: true);
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(64, 32)]
    public void WhatHasNoTensorCoreKernelIsTheExactOneOfRoundedNumbers(int size, int positions)
    {
        var shape = new AttentionShape
        {
            Heads = 2,
            KeyHeads = 2,
            HeadSize = size,
            Scale = 0.1f,
            Positions = positions,
        };
        PackedBatch batch = BackendRun.BatchOf(s_lengths, 50);
        float[] values = FastValues.Of(5, batch.Tokens * shape.Columns, 2f);
        float[] rounded = Array.ConvertAll(values, value => (float)FastValues.Round(value, false));
        Assert.Equal(Attend(Device.Cpu.CreateBackend(Precision.Exact, 1), rounded),
            Attend(Fast(FastEmulation.EarlyCopies), values));

        float[] Attend(Backend backend, float[] qkv)
        {
            using var run = new BackendRun(backend, batch);
            Tensor x = run.Put(batch.Tokens, shape.Columns, qkv);
            Tensor y = run.Poisoned(batch.Tokens, shape.Heads * size);
            PositionBias? bias = positions == 0 ? null : new PositionBias(
                null,
                run.Table(2 * size, positions, FastValues.Of(6, 2 * size * positions)),
                run.Table(2 * size, positions, FastValues.Of(7, 2 * size * positions)),
                run.Table(1, 61, [.. Enumerable.Range(0, 61).Select(i => (float)(i / 2))]));
            backend.Attend(
                batch, new Tensor(x.Address, x.Rows, x.Columns, x.Stride, isNarrow: true), shape, bias, y,
                run.Scratch(new ScratchNeeds(s_lengths.Max(), size, positions, 1)));
            return run.Get(y);
        }
    }

    [Fact]
    public void ASequenceHasTheSameBitsInEveryBatch()
    {
        const int Size = 64, Heads = 2;
        var shape = new AttentionShape
        {
            Heads = Heads,
            KeyHeads = Heads,
            HeadSize = Size,
            Scale = 0.125f,
            Before = 30,
        };
        float[] alone = Attend([70]);
        Assert.Equal(alone, Attend([70, 3, 130]));
        Assert.Equal(alone, Attend([5, 33, 70])[^alone.Length..]);

        // The sequence of 70 tokens holds the same numbers wherever it stands.
        float[] Attend(int[] lengths)
        {
            PackedBatch batch = BackendRun.BatchOf(lengths, 50);
            using var run = new BackendRun(Fast(FastEmulation.EarlyCopies), batch);
            int columns = shape.Columns;
            float[] qkv = [.. lengths.SelectMany(length => FastValues.Of(length, length * columns, 2f))];
            Tensor y = run.Poisoned(batch.Tokens, Heads * Size);
            run.Backend.Attend(batch, run.Put(batch.Tokens, columns, qkv), shape, null, y, default);
            return run.Get(y)[..(lengths[0] == 70 ? 70 * Heads * Size : batch.Tokens * Heads * Size)];
        }
    }

    private protected virtual Backend Fast(FastEmulation emulation) =>
        FastHere.CreateBackend(emulation);

    private void Check(AttentionShape shape, FastEmulation emulation, bool half, bool withBias)
    {
        PackedBatch batch = BackendRun.BatchOf(s_lengths, 50);
        using var run = new BackendRun(Fast(emulation), batch);
        if (half)
            _ = run.Backend.LoadMatrix(new ArrayRows(1, 8, ElementType.F16, new float[8]), null);
        int columns = shape.Columns, size = shape.HeadSize, outputs = shape.Heads * size;
        float[] values = FastValues.Of(5, batch.Tokens * columns, 2f);
        float[] biases = FastValues.Of(6, shape.Heads * (2 * Reach + 1));
        Tensor y = run.Poisoned(batch.Tokens, outputs);
        PositionBias? bias = withBias ? new PositionBias(run.Table(shape.Heads, 2 * Reach + 1, biases)) : null;
        run.Backend.Attend(batch, run.Put(batch.Tokens, columns, values), shape, bias, y, default);
        float[] actual = run.Get(y);
        double[] rounded = Array.ConvertAll(values, value => FastValues.Round(value, half));
        double halfStep = half ? Math.ScaleB(1, -11) : Math.ScaleB(1, -8);
        for (int s = 0; s < batch.Sequences; s++)
        {
            int start = batch.Starts[s], length = batch.Starts[s + 1] - start;
            for (int head = 0; head < shape.Heads; head++)
            {
                int q = head * size;
                int k = (shape.Heads + head / (shape.Heads / shape.KeyHeads)) * size;
                int v = k + shape.KeyHeads * size;
                for (int i = 0; i < length; i++)
                {
                    (double[] weights, int firstKey) = Weights(i);
                    for (int d = 0; d < size; d++)
                    {
                        double sum = 0, spread = 0;
                        for (int j = 0; j < weights.Length; j++)
                        {
                            double product = weights[j] * rounded[(start + firstKey + j) * columns + v + d];
                            sum += product;
                            spread += Math.Abs(product);
                        }
                        double error = Math.Abs(sum - actual[(start + i) * outputs + q + d]);
                        if (!(error <= halfStep * spread + Tolerances.FastAttention))
                            Assert.Fail(
                                $"{shape} {emulation} half {half} bias {withBias}: sequence {s}, head {head}, token "
                                + $"{i}, {d}: off by {error:G3}");
                    }
                }

                (double[] Weights, int FirstKey) Weights(int i)
                {
                    int firstKey = i > shape.Before ? i - shape.Before : 0;
                    int endKey = shape.After < length - 1 - i ? i + shape.After + 1 : length;
                    var scores = new double[endKey - firstKey];
                    for (int j = firstKey; j < endKey; j++)
                    {
                        double dot = 0;
                        for (int d = 0; d < size; d++)
                            dot += rounded[(start + i) * columns + q + d] * rounded[(start + j) * columns + k + d];
                        double score = dot * shape.Scale;
                        if (withBias)
                            score += biases[head * (2 * Reach + 1) + Math.Clamp(j - i, -Reach, Reach) + Reach];
                        if (shape.Softcap != 0)
                            score = shape.Softcap * Math.Tanh(score / shape.Softcap);
                        scores[j - firstKey] = score;
                    }
                    double most = scores.Max();
                    double[] weights = Array.ConvertAll(scores, score => Math.Exp(score - most));
                    double total = weights.Sum();
                    return (Array.ConvertAll(weights, weight => weight / total), firstKey);
                }
            }
        }
    }
}
