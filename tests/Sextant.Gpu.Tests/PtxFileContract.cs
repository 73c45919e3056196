using System.Globalization;
using System.Text.RegularExpressions;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>What holds for every file of PTX, read from its text and so without a GPU.</summary>
/// <param name="file">The file's name.</param>
/// <param name="target">The device that it is for.</param>
/// <param name="version">The version of PTX, which says how new a driver must be.</param>
public abstract partial class PtxFileContract(string file, string target, string version)
{
    private protected string Text { get; } = File.ReadAllText(
        Path.Combine(TestData.Root, "kernels", "gpu", "ptx", file));

    private protected Dictionary<string, string> Kernels => Text.Split(".visible .entry ").Skip(1)
        .ToDictionary(text => text[..text.IndexOf('(', StringComparison.Ordinal)]);

    private protected abstract bool Holds(GpuKernel kernel);

    [Fact]
    public void NoKernelUsesLocalMemoryOrCallsAnother()
    {
        Assert.DoesNotContain(".local", Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(Call(), Text);
    }

    [Fact]
    public void EveryKernelOfTheCatalogIsThere() => Assert.Equal(
        Enum.GetValues<GpuKernel>().Where(Holds).Select(kernel => GpuKernels.Name(kernel)).Order(),
        Kernels.Keys.Order());

    /// <summary>What launches are checked against is what clang made of the sources.</summary>
    [Fact]
    public void ParametersAreThoseOfTheCatalogue() => Assert.All(Enum.GetValues<GpuKernel>().Where(Holds), kernel =>
    {
        GpuKernelInfo info = GpuKernels.Of(kernel);
        string text = Kernels[info.Name];
        string[] declared = [.. Parameter().Matches(text[..text.IndexOf(')', StringComparison.Ordinal)])
            .Select(match => match.Groups[1].Value)];
        Assert.Equal(info.Parameters.SelectMany(Words), declared);
        if (MaxThreads().Match(text) is { Success: true } most)
            Assert.Equal(info.GroupSize, int.Parse(most.Groups[1].Value, CultureInfo.InvariantCulture));

        // Memory is an address and an element.
        static string[] Words(GpuParameter parameter) => parameter.ElementSize > 0 ? ["u64", "u64"]
            : [parameter.Type == "f32" ? "f32" : $"u{parameter.Type[1..]}"];
    });

    [Fact]
    public void TheTargetIsTheOldestThatIsPromised()
    {
        Assert.Matches($@"(?m)^\.target {target}$", Text);
        Assert.Matches($@"(?m)^\.version {Regex.Escape(version)}$", Text);
    }

    [Fact]
    public void SharedMemoryStaysBelowWhatEveryGpuHas() => Assert.All(
        Kernels.Values, kernel => Assert.True(SharedBytes(kernel) <= 48 << 10, $"{SharedBytes(kernel)} bytes"));

    private protected static int SharedBytes(string kernel) => SharedArrays().Matches(kernel)
        .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private protected static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]")]
    private static partial Regex SharedArrays();

    [GeneratedRegex(@"\.param \.([uf]\d+) ")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\.maxntid (\d+)")]
    private static partial Regex MaxThreads();

    [GeneratedRegex(@"\bcall\b")]
    private static partial Regex Call();
}
