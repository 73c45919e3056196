using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Tests.Backends;

/// <summary>
/// What every backend owes: each op gives the bits of the reference kernels. One body; a backend derives a class from
/// it.
/// </summary>
public abstract class BackendContract
{
    private static readonly int[] s_lengths = [1, 2, 31, 33, 64, 5, 97];
    private static readonly int[] s_widths = [1, 7, 31, 32, 33, 64, 97, 384];

    public static TheoryData<int, int, int> Products() => new()
    {
        { 1, 48, 16 }, { 1, 47, 7 }, { 2, 130, 33 }, { 5, 1, 1 }, { 7, 16, 64 }, { 8, 384, 100 }, { 16, 65, 40 },
        { 17, 129, 31 }, { 33, 64, 129 }, { 65, 100, 48 }, { 129, 131, 37 }, { 130, 257, 20 }, { 257, 49, 33 },
    };

    [Fact]
    public void Gather()
    {
        foreach (ElementType type in new[] { ElementType.F32, ElementType.F16, ElementType.BF16 })
        {
            foreach (bool tables in new[] { true, false })
            {
                AssertSame($"gather {type} tables {tables}", run =>
                {
                    const int Columns = 67;
                    Table words = run.Backend.LoadTable(
                        new ArrayRows(50, Columns, type, Values(1, 50 * Columns, 1e-4f)), keep16: true);
                    Table? types = tables ? run.Table(2, Columns, Values(2, 2 * Columns)) : null;
                    Table? positions = tables ? run.Table(128, Columns, Values(3, 128 * Columns)) : null;
                    Tensor y = run.Poisoned(run.Batch.Tokens, Columns);
                    run.Backend.Gather(run.Batch, words, tables ? 1f : 3.3f, types, positions, y);
                    return y;
                });
            }
        }
    }

    [Fact]
    public void LayerNorm()
    {
        foreach (int width in s_widths)
        {
            AssertSame($"layer norm of {width}", run =>
            {
                Tensor x = run.Put(9, width, Values(1, 9 * width, 3f));
                Table gamma = run.Table(width, 1, Values(2, width)), beta = run.Table(width, 1, Values(3, width));
                Tensor y = run.Poisoned(9, width);
                run.Backend.LayerNorm(x, gamma, beta, 1e-12f, y);
                run.Backend.LayerNorm(y, gamma, beta, 1e-5f, y);
                return y;
            });
        }
    }

    [Fact]
    public void RmsNorm()
    {
        foreach (int width in s_widths)
        {
            foreach (int groups in new[] { 1, 3 })
            {
                foreach (bool withResidual in new[] { false, true })
                {
                    AssertSame($"RMSNorm of {groups} groups of {width}, residual {withResidual}", run =>
                    {
                        int columns = width * groups;
                        Tensor x = run.Put(9, columns + 5, Values(1, 9 * (columns + 5), 3f)).ColumnRange(2, columns);
                        Table gamma = run.Backend.LoadTable(
                            new ArrayRows(1, width, ElementType.F32, Values(2, width)), false);
                        Tensor residual = withResidual ? run.Put(9, columns, Values(3, 9 * columns)) : default;
                        Tensor y = withResidual ? residual : run.Poisoned(9, columns);
                        run.Backend.RmsNorm(x, gamma, 1e-6f, residual, y);
                        return y;
                    });
                }
            }
        }
    }

    [Theory]
    [InlineData(16, 16, 3)]
    [InlineData(64, 32, 1)]
    [InlineData(10, 6, 4)]
    public void Rope(int size, int turned, int heads) => AssertSame($"rope {size} {turned} {heads}", run =>
    {
        Tensor x = run.Put(run.Batch.Tokens, heads * size + 3, Values(1, run.Batch.Tokens * (heads * size + 3)))
            .ColumnRange(1, heads * size);
        Table table = run.Table(128, turned, Values(2, 128 * turned));
        run.Backend.Rope(run.Batch, x, size, table);
        return x;
    });

    [Fact]
    public void Gate()
    {
        foreach (ActivationKind kind in Enum.GetValues<ActivationKind>())
        {
            AssertSame($"gate {kind}", run =>
            {
                Tensor x = run.Put(11, 2 * 37, Values(1, 11 * 2 * 37, 6f));
                run.Backend.Gate(x, kind);
                return x.ColumnRange(0, 37);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Linear(int rows, int outputs, int inputs)
    {
        var forms = new[] { ElementType.F32, ElementType.F16, ElementType.BF16 }.SelectMany(
            type => new[] { (type, whole: false), (type, whole: true) });
        foreach ((ElementType type, bool whole) in TestData.Some(forms, rows))
        {
            AssertSame(
                $"linear [{rows},{outputs},{inputs}] {type}, bias and residual {whole}", Product(type, whole));
        }
        foreach (ActivationKind kind in TestData.Some(Enum.GetValues<ActivationKind>(), rows))
            AssertSame($"linear [{rows},{outputs},{inputs}] {kind}", Product(ElementType.F32, true, kind));

        Func<BackendRun, Tensor> Product(
            ElementType type, bool whole, ActivationKind kind = ActivationKind.Identity) => run =>
        {
            Tensor x = whole
                ? run.Put(rows, inputs, Values(1, rows * inputs))
                : run.Put(rows, inputs + 3, Values(1, rows * (inputs + 3))).ColumnRange(1, inputs);
            Matrix w = run.Backend.LoadMatrix(
                new ArrayRows(outputs, inputs, type, Values(2, outputs * inputs)),
                whole ? new ArrayRows(outputs, 1, ElementType.F32, Values(3, outputs)) : null);
            Tensor residual = whole ? run.Put(rows, outputs, Values(4, rows * outputs)) : default;
            Tensor y = whole ? residual : run.Poisoned(rows, outputs);
            run.Backend.Linear(x, w, kind, residual, y, run.Scratch(new ScratchNeeds(1, 1, 0, inputs)));
            return y;
        };
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(9, true)]
    [InlineData(300, false)]
    [InlineData(300, true)]
    public void FeedForward(int rows, bool gated)
    {
        const int Hidden = 40, Wide = 70;
        AssertSame($"feed-forward of {rows} rows, gated {gated}", run =>
        {
            Tensor x = run.Put(rows, Hidden, Values(1, rows * Hidden));
            var weights = new FeedForwardWeights(
                Matrix(run, gated ? 2 * Wide : Wide, Hidden, 2), ActivationKind.Gelu, gated,
                Matrix(run, Hidden, Wide, 3));
            Tensor feed = run.Poisoned(rows, weights.Up.Outputs);
            run.Backend.FeedForward(x, weights, feed, x, x, run.Scratch(new ScratchNeeds(1, 1, 0, Wide)));
            return x;
        });

        static Matrix Matrix(BackendRun run, int outputs, int inputs, int seed) => run.Backend.LoadMatrix(
            new ArrayRows(outputs, inputs, ElementType.F32, Values(seed, outputs * inputs)), null);
    }

    [Fact]
    public void ProductsThatUnderflowKeepTheirZeros() => AssertSame("zeros", run =>
    {
        // −0 comes out of a chain whose products vanish; a padded step would turn it into +0.
        Tensor x = run.Put(20, 5, Values(1, 100, 1e-30f));
        Matrix w = run.Backend.LoadMatrix(new ArrayRows(70, 5, ElementType.F32, Values(2, 350, 1e-30f)), null);
        Tensor y = run.Poisoned(20, 70);
        run.Backend.Linear(x, w, ActivationKind.Identity, default, y, run.Scratch(new ScratchNeeds(1, 1, 0, 5)));
        return y;
    });

    [Theory]
    [InlineData(16, 1, 1)]
    [InlineData(64, 3, 3)]
    [InlineData(12, 2, 1)]
    [InlineData(33, 4, 2)]
    [InlineData(128, 2, 1)]
    [InlineData(200, 1, 1)]
    public void Attention(int size, int heads, int keyHeads)
    {
        float scale = 1f / MathF.Sqrt(size);
        var shape = new AttentionShape { Heads = heads, KeyHeads = keyHeads, HeadSize = size, Scale = scale };
        AttentionShape[] shapes =
        [
            shape,
            shape with { After = 0 },
            shape with { Before = 3, After = 3 },
            shape with { Before = 40, After = 0 },
            shape with { Before = 20, After = 45 },
            shape with { Softcap = 5f, After = 0 },
        ];
        foreach (AttentionShape one in TestData.Some(shapes, size))
            AssertSame($"{one}", run => Attend(run, one, null));
        AssertSame($"{shape} with a bias", run => Attend(run, shape, new PositionBias(
            run.Table(heads, 2 * 20 + 1, Values(6, heads * 41)))));
        AssertSame($"{shape} with position tables", run => Attend(run, shape with { Positions = 32 }, new PositionBias(
            null,
            run.Table(heads * size, 32, Values(6, heads * size * 32)),
            run.Table(heads * size, 32, Values(7, heads * size * 32)),
            run.Table(1, 61, Array.ConvertAll(Enumerable.Range(0, 61).ToArray(), i => (float)(i / 2))))));
    }

    [Fact]
    public void Pool()
    {
        foreach (PoolKind kind in Enum.GetValues<PoolKind>())
        {
            foreach (bool skip in new[] { false, true })
            {
                AssertSame($"pool {kind} skip {skip}", run =>
                {
                    Tensor x = run.Put(run.Batch.Tokens, 45, Values(1, run.Batch.Tokens * 45));
                    Tensor y = run.Poisoned(run.Batch.Sequences, 90);
                    run.Backend.Pool(run.Batch, x, kind, skip, y.ColumnRange(45, 45));
                    return y.ColumnRange(45, 45);
                });
            }
        }
    }

    [Fact]
    public void RowsAreAveragedCopiedAndScaled() => AssertSame("rows", run =>
    {
        Tensor x = run.Put(13, 97, Values(1, 13 * 97, 2f));
        Tensor y = run.Poisoned(13, 97);
        run.Backend.Copy(x, y);
        run.Backend.Accumulate(x, 1f, y);
        run.Backend.Accumulate(x, 3f, y);
        run.Backend.Normalize(y.ColumnRange(5, 71));
        return y;
    });

    [Fact]
    public void ARowOfZerosStaysZero() => AssertSame("zeros", run =>
    {
        Tensor x = run.Put(2, 40, new float[80]);
        run.Backend.Normalize(x);
        return x;
    });

    /// <summary>The backend under test; the caller disposes it.</summary>
    private protected abstract Backend Create();

    private static Tensor Attend(BackendRun run, AttentionShape shape, PositionBias? bias)
    {
        int tokens = run.Batch.Tokens;
        Tensor qkv = run.Put(tokens, shape.Columns, Values(5, tokens * shape.Columns, 2f));
        Tensor y = run.Poisoned(tokens, shape.Heads * shape.HeadSize);
        Tensor scratch = run.Scratch(new ScratchNeeds(s_lengths.Max(), shape.HeadSize, shape.Positions, 1));
        run.Backend.Attend(run.Batch, qkv, shape, bias, y, scratch);
        return y;
    }

    private void AssertSame(string what, Func<BackendRun, Tensor> op)
    {
        PackedBatch batch = BackendRun.BatchOf(s_lengths, 50);
        float[] expected = Run(Reference(), batch, op);
        Assert.DoesNotContain(expected, float.IsNaN);
        float[] actual = Run(Create(), batch, op);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail(
                    $"{what}: element {i} of {expected.Length} is {actual[i]:R}, the reference gives {expected[i]:R}.");
        }
    }

    private static Backend Reference() =>
        new CpuDevice(new KernelSet(Isa.Reference), null).CreateBackend(Precision.Exact, 1);

    private static float[] Run(Backend backend, PackedBatch batch, Func<BackendRun, Tensor> op)
    {
        using var run = new BackendRun(backend, batch);
        return run.Get(op(run));
    }

    private static float[] Values(int seed, int count, float scale = 1f)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(random.NextDouble() * 2 - 1) * scale;
        return values;
    }
}
