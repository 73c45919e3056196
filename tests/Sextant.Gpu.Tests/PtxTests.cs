using System.Text.RegularExpressions;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The CUDA kernels as compiled: the arithmetic that kernels/NUMERICS.md asks for, and nothing in local memory. Read
/// from the PTX that travels in the assembly, so without a GPU.
/// </summary>
public sealed partial class PtxTests() : PtxFileContract("Exact.ptx", "sm_70", "6.0")
{
    private protected override bool Holds(GpuKernel kernel) =>
        GpuKernels.Of(kernel).Module == GpuModule.Exact;

    [Fact]
    public void EveryOperationOfExactKernelsRoundsToNearest()
    {
        int counted = 0;
        foreach (Match match in Arithmetic().Matches(Text))
        {
            counted++;
            Assert.Equal(".rn", match.Groups[2].Value);
            Assert.Equal("", match.Groups[3].Value);
        }
        Assert.True(counted > 1000, $"only {counted} operations were found");
        Assert.DoesNotContain(".approx", Text, StringComparison.Ordinal);
        Assert.DoesNotContain(".ftz", Text, StringComparison.Ordinal);
        // Conversions that round: integers to floats. The others are between integers, or widen.
        foreach (Match match in Conversions().Matches(Text))
        {
            string text = match.Value;
            bool exact = text.StartsWith("cvt.f32.f16", StringComparison.Ordinal) || text == "cvt.f64.f32"
                || Integers().IsMatch(text) || text.StartsWith("cvt.rzi.s32.f32", StringComparison.Ordinal);
            Assert.True(exact || text.StartsWith("cvt.rn.f32.", StringComparison.Ordinal), text);
        }
    }

    /// <summary>
    /// What NVIDIA's assembler said last, by kernels/gpu/ptx/assemble.sh: there is no such tool in CI.
    /// </summary>
    [Fact]
    public void NoRegisterIsKeptInLocalMemory()
    {
        string folder = Path.Combine(TestData.Root, "kernels", "gpu", "ptx");
        string[] lines = File.ReadAllLines(Path.Combine(folder, "registers.txt"));
        string[][] table = [.. lines
            .Where(line => line.StartsWith("sm_", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.All(table, row => Assert.Equal("0", row[4]));
        IEnumerable<string> kernels = Directory.EnumerateFiles(folder, "*.ptx").SelectMany(
            file => EntryName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));
        const string Missing = "Not assembled yet";
        IEnumerable<string> missing = lines
            .Where(line => line.StartsWith(Missing, StringComparison.Ordinal)).SelectMany(line => line.Split(':')[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(kernels.Order(), table.Select(row => row[1]).Distinct().Concat(missing).Order());
    }

    [Fact]
    public void EveryKernelHasALine() =>
        Assert.Equal(Enum.GetValues<GpuKernel>(), GpuKernels.All.Select(kernel => kernel.Kernel));

    [GeneratedRegex(@"\b(add|sub|mul|fma|div|sqrt|rcp|rsqrt|ex2|lg2|sin|cos|tanh)(\.\w+?)?((?:\.\w+)*?)\.f32\b")]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"\bcvt\.[\w.]+")]
    private static partial Regex Conversions();

    [GeneratedRegex(@"^cvt\.[us]\d+\.[us]\d+$")]
    private static partial Regex Integers();

    [GeneratedRegex(@"^\.visible \.entry (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex EntryName();
}
