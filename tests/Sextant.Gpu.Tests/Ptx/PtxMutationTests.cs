using System.Text.RegularExpressions;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// Kernels that were made wrong are found wrong: an instruction is taken out of the PTX or changed, and either the
/// machine refuses what the kernel does then, or its numbers are others.
/// </summary>
[Collection(nameof(OneFakeCuda))]
public sealed class PtxMutationTests
{
    private const int Rows = 40, Outputs = 70, Inputs = 100;

    [Theory]
    [InlineData("", "", true)]
    [InlineData(@"\tbar\.sync \t0;", "", false)]
    [InlineData(@"ld\.shared\.v4\.f32 \t\{(%f\d+), (%f\d+),", "ld.shared.v4.f32 \t{$2, $1,", false)]
    [InlineData(@"st\.shared\.f32 \t\[(%rd\d+)\],", "st.shared.f32 \t[$1+4],", false)]
    public void ExactProducts(string pattern, string replacement, bool right) =>
        Assert.Equal(right, IsRight(Precision.Exact, @"^gemm_\d+_b?f", pattern, replacement));

    [Theory]
    [InlineData("", "", true)]
    [InlineData(@"\tbar\.sync \t0;", "", false)]
    [InlineData(@"cp\.async\.wait_group \d;", "cp.async.wait_group 9;", false)]
    [InlineData(@"ldmatrix\.sync\.aligned\.m8n8\.x4\.shared", "ldmatrix.sync.aligned.m8n8.x4.trans.shared", false)]
    [InlineData(@"(mma\.sync.*\}, \{)(%r\d+), (%r\d+), (%r\d+), (%r\d+)\}", "$1$3, $2, $4, $5}", false)]
    [InlineData(@"(mma\.sync.*\}, \{.*\}, \{)(%r\d+), (%r\d+)\}", "$1$3, $2}", false)]
    public void ProductsOfWarps(string pattern, string replacement, bool right) =>
        Assert.Equal(right, IsRight(Precision.Fast, @"^gemm_\d+_fast", pattern, replacement));

    [Theory]
    [InlineData("", "", true)]
    [InlineData(@"\tbar\.sync \t0;", "", false)]
    [InlineData(@"fence\.proxy\.async\.shared::cta;", "", false)]
    [InlineData(@"cp\.async\.wait_group \d;", "cp.async.wait_group 9;", false)]
    [InlineData(@"wgmma\.wait_group\.sync\.aligned 0;", "wgmma.wait_group.sync.aligned 1;", false)]
    [InlineData(@"(wgmma\.mma_async.*\}, )(%rd\d+), (%rd\d+)", "$1$3, $2", false)]
    [InlineData(@"(wgmma\.mma_async.*f32\.b?f16\.b?f16 \{)(%f\d+), (%f\d+)", "$1$3, $2", false)]
    public void ProductsOfWarpgroups(string pattern, string replacement, bool right)
    {
        using var fake = new FakeCuda(runs: true)
        {
            Rewrites = text => Rewrite(text, "^gemm_wide", pattern, replacement),
        };
        using CudaDevice device = FakeCuda.Open();
        bool taken;
        try
        {
            using EmbeddingModel model = EmbeddingModel.LoadDefault(
                new() { Device = device, Precision = Precision.Fast });
            taken = model.Card.Device.EndsWith("products by wgmma", StringComparison.Ordinal);
        }
        catch (PtxFault)
        {
            taken = false;
        }
        Assert.Equal(right, taken);
    }

    private static bool IsRight(Precision precision, string kernels, string pattern, string replacement)
    {
        using var fake = new FakeCuda(runs: true)
        {
            Capability = 80,
            Rewrites = text => Rewrite(text, kernels, pattern, replacement),
        };
        using CudaDevice device = FakeCuda.Open();
        try
        {
            using var run = new BackendRun(device.CreateBackend(precision, null), BackendRun.BatchOf([3], 10));
            float[] xs = FastValues.Of(1, Rows * Inputs), ws = FastValues.Of(2, Outputs * Inputs);
            Matrix w = run.Backend.LoadMatrix(new ArrayRows(Outputs, Inputs, ElementType.F32, ws), null);
            Tensor y = run.Poisoned(Rows, Outputs);
            run.Backend.Linear(run.Put(Rows, Inputs, xs), w, ActivationKind.Identity, default, y, default);
            float[] actual = run.Get(y);
            if (precision == Precision.Fast)
            {
                double worst = FastValues.WorstProduct(
                    actual, xs, Inputs, 0, ws, Rows, Outputs, Inputs, false, (sum, _, _) => sum);
                return worst <= Tolerances.FastProduct;
            }
            return Enumerable.Range(0, actual.Length).All(i => actual[i] == Sum(xs, ws, i / Outputs, i % Outputs));
        }
        catch (PtxFault)
        {
            return false;
        }
    }

    // kernels/NUMERICS.md: one chain of fused multiply-adds, k ascending, from +0.
    private static float Sum(float[] xs, float[] ws, int row, int output)
    {
        float sum = 0;
        for (int k = 0; k < Inputs; k++)
            sum = MathF.FusedMultiplyAdd(xs[(row * Inputs) + k], ws[(output * Inputs) + k], sum);
        return sum;
    }

    // In all kernels of such names; the pattern is in one of them.
    private static string Rewrite(string text, string kernels, string pattern, string replacement)
    {
        if (pattern.Length == 0)
            return text;
        (int found, int changed) = (0, 0);
        string[] parts = text.Split(".visible .entry ");
        for (int i = 1; i < parts.Length; i++)
        {
            if (!Regex.IsMatch(parts[i], kernels))
                continue;
            found++;
            changed += Regex.Count(parts[i], pattern);
            parts[i] = Regex.Replace(parts[i], pattern, replacement);
        }
        Assert.True(changed > 0 || found == 0, $"no {pattern}");
        return string.Join(".visible .entry ", parts);
    }
}
