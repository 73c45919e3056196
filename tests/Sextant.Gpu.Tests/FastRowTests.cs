using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The other ops of fast mode are the exact ones: in f32 they give the exact bits (but for the division in a gate's
/// activation), in 16 bits those bits rounded once.
/// The 16-bit form of a tensor is read by a product with the identity.
/// </summary>
public class FastRowTests
{
    private const int Columns = 72;

    private static readonly PackedBatch s_batch = BackendRun.BatchOf([3, 8, 1], 50);

    public static TheoryData<string> Ops() =>
        ["gather", "layer norm", "rms norm", "rms norm with residual", "gate", "rope", "copy", "accumulate",
            "normalize"];

    [Theory]
    [MemberData(nameof(Ops))]
    public void BothFormsAreTheExactOnes(string op)
    {
        using BackendRun exact = Exact(), fast = Fast();
        float[] expected = exact.Get(Run(exact, op, narrow: false, Values()));
        Tensor y = Run(fast, op, narrow: false, Values());
        float[] found = fast.Get(y);
        double allowed = op == "gate" ? Tolerances.FastQuotient : 0;
        Assert.All(
            expected.Zip(found),
            pair => Assert.True(Math.Abs(pair.First - pair.Second) <= allowed * Math.Abs(pair.First), $"{pair}"));
        Assert.Equal(Rounded(found), Narrow(fast, y));
    }

    /// <summary>Queries and keys are narrow when they are normed and turned, and so is what a gate takes.</summary>
    [Theory]
    [InlineData("layer norm")]
    [InlineData("rms norm")]
    [InlineData("gate")]
    [InlineData("rope")]
    public void NarrowTensorsAreReadAndWrittenIn16Bits(string op)
    {
        using BackendRun exact = Exact(), fast = Fast();
        float[] expected = exact.Get(Run(exact, op, narrow: false, Rounded(Values())));
        Assert.Equal(Rounded(expected), Narrow(fast, Run(fast, op, narrow: true, Values())));
    }

    [Fact]
    public void PoolingsAreTheExactOnes()
    {
        foreach (PoolKind kind in Enum.GetValues<PoolKind>())
        {
            Assert.Equal(Pool(Exact()), Pool(Fast()));

            float[] Pool(BackendRun run)
            {
                using (run)
                {
                    Tensor y = run.Poisoned(s_batch.Sequences, Columns);
                    run.Backend.Pool(s_batch, run.Put(s_batch.Tokens, Columns, Values()), kind, true, y);
                    return run.Get(y);
                }
            }
        }
    }

    private static BackendRun Exact() => new(Device.Cpu.CreateBackend(Precision.Exact, 1), s_batch);

    private protected virtual Backend Create() =>
        FastHere.CreateBackend(FastEmulation.EarlyCopies);

    private BackendRun Fast() => new(Create(), s_batch);

    private static float[] Values() => FastValues.Of(1, s_batch.Tokens * Columns, 3f);

    private static float[] Rounded(float[] values) =>
        Array.ConvertAll(values, value => (float)FastValues.Round(value, false));

    private static float[] Narrow(BackendRun run, Tensor x)
    {
        var identity = new float[x.Columns * x.Columns];
        for (int i = 0; i < x.Columns; i++)
            identity[i * x.Columns + i] = 1;
        Matrix w = run.Backend.LoadMatrix(new ArrayRows(x.Columns, x.Columns, ElementType.F32, identity), null);
        Tensor y = run.Poisoned(x.Rows, x.Columns);
        run.Backend.Linear(
            x, w, ActivationKind.Identity, default, y, run.Scratch(new ScratchNeeds(1, 1, 0, x.Columns)));
        return run.Get(y);
    }

    private static Tensor Run(BackendRun run, string op, bool narrow, float[] values)
    {
        int tokens = s_batch.Tokens;
        Backend backend = run.Backend;
        Tensor x = As(op == "gather" ? run.Poisoned(tokens, Columns) : run.Put(tokens, Columns, values));
        Tensor y = As(op is "layer norm" or "copy" ? run.Poisoned(tokens, Columns) : x);
        switch (op)
        {
            case "gather":
                backend.Gather(s_batch, run.Table(50, Columns, FastValues.Of(2, 50 * Columns)), 1.5f, null, null, y);
                break;
            case "layer norm":
                backend.LayerNorm(x, Vector(3), Vector(4), 1e-6f, y);
                break;
            case "rms norm":
                backend.RmsNorm(x, run.Table(1, Columns / 3, FastValues.Of(3, Columns / 3)), 1e-6f, default, y);
                break;
            case "rms norm with residual":
                backend.RmsNorm(x, Vector(3), 1e-6f, run.Put(tokens, Columns, FastValues.Of(5, tokens * Columns)), y);
                break;
            case "gate":
                backend.Gate(x, ActivationKind.Silu);
                return x.ColumnRange(0, Columns / 2);
            case "rope":
                backend.Rope(s_batch, x, Columns / 3, run.Table(128, 16, FastValues.Of(6, 128 * 16)));
                break;
            case "copy":
                backend.Copy(x, y);
                break;
            case "accumulate":
                backend.Accumulate(run.Put(tokens, Columns, FastValues.Of(7, tokens * Columns)), 3f, y);
                break;
            case "normalize":
                backend.Normalize(x);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(op), op);
        }
        return y;

        Table Vector(int seed) => run.Table(1, Columns, FastValues.Of(seed, Columns));
        Tensor As(Tensor tensor) => new(tensor.Address, tensor.Rows, tensor.Columns, tensor.Stride, narrow);
    }
}
