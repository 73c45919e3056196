using System.Globalization;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Sextant.Gpu;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// What ILGPU makes of every kernel for NVIDIA GPUs, as it would be loaded: read, so without a GPU.
/// </summary>
public sealed partial class PtxTextTests
{
    /// <summary>The kernels of GPUs: those on vectors are for processors.</summary>
    internal static IEnumerable<(GpuKernel Name, string Text)> Compile(CudaArchitecture architecture)
    {
        using Context context = IlgpuContext.None();
        using var backend = new PTXBackend(context, architecture, CudaInstructionSet.ISA_80, null!);
        foreach ((GpuKernel name, IlgpuKernel kernel) in IlgpuKernels.All)
        {
            if (GpuKernels.Of(name).Module == GpuModule.Vectors)
                continue;
            context.ClearCache(ClearCacheMode.Everything);
            var compiled = (PTXCompiledKernel)backend.Compile(
                EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method),
                new KernelSpecialization(kernel.GroupSize, null));
            yield return (name, KernelText.Ptx(compiled.PTXAssembly));
        }
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 0)]
    public void EveryOperationRoundsToNearestAndNothingLeavesRegisters(int major, int minor)
    {
        int kernels = 0, operations = 0;
        CudaArchitecture architecture = ILGPU.Runtime.Cuda.CudaDevice.GetArchitecture(major, minor);
        foreach ((GpuKernel name, string text) in Compile(architecture))
        {
            kernels++;
            foreach (string part in (string[])[".approx", ".ftz", ".local", ".full", "rcp.", "rsqrt.", "call"])
                Assert.False(text.Contains(part, StringComparison.Ordinal), $"{name} has {part}");
            foreach (Match match in Arithmetic().Matches(text))
            {
                operations++;
                Assert.True(match.Groups[2].Value == ".rn", $"{name}: {match.Value}");
            }
            foreach (Match match in Conversions().Matches(text))
            {
                Assert.True(
                    Integers().IsMatch(match.Value) || match.Value.StartsWith("cvt.rn.f32.s", StringComparison.Ordinal)
                        || match.Value == "cvt.rzi.s32.f32", $"{name}: {match.Value}");
            }
            int shared = Shared().Matches(text)
                .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
            Assert.True(shared <= 48 << 10, $"{name} takes {shared} bytes of shared memory");
        }
        Assert.Equal(34, kernels);
        Assert.True(operations > 4000, $"only {operations} operations were found");
    }

    [GeneratedRegex(@"\b(add|sub|mul|fma|mad|div|sqrt|ex2|lg2|sin|cos|tanh|min|max|neg|abs)(\.\w+?)?((?:\.\w+)*?)\.f(?:32|64)\b")]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"\bcvt\.[\w.]+")]
    private static partial Regex Conversions();

    [GeneratedRegex(@"^cvt\.[usb]\d+\.[usb]\d+$")]
    private static partial Regex Integers();

    [GeneratedRegex(@"\.shared \.align \d+ \.\w+ \w+\[(\d+)\]")]
    private static partial Regex Shared();
}
