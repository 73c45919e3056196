using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.Tests;

/// <summary>
/// A run that takes an instruction set away must first prove that it is gone: some switches do nothing.
/// </summary>
public class SwitchTests
{
    [Fact]
    public void EverySwitchThatIsSetTook()
    {
        bool any = false;
        if (Is("DOTNET_EnableAVX512", "0"))
        {
            any = true;
            Assert.False(Avx512F.IsSupported);
            Assert.DoesNotContain(Isa.Avx512, InstructionSets.Supported);
            Assert.DoesNotContain(Isa.Avx512Vnni, InstructionSets.Supported);
        }
        if (Is("DOTNET_EnableAVX2", "0"))
        {
            any = true;
            Assert.False(Avx2.IsSupported);
            Assert.False(Fma.IsSupported);
            Assert.DoesNotContain(Isa.Avx2, InstructionSets.Supported);
            Assert.DoesNotContain(Isa.AvxVnni, InstructionSets.Supported);
        }
        if (Is("DOTNET_EnableHWIntrinsic", "0"))
        {
            any = true;
            Assert.False(Vector128.IsHardwareAccelerated);
            Assert.Equal([Isa.Reference], InstructionSets.Supported);
        }
        if (Environment.GetEnvironmentVariable(InstructionSets.Variable) is { Length: > 0 } name)
        {
            any = true;
            Assert.Equal(name, InstructionSets.Name(KernelSet.Chosen.Isa));
            // An op without a kernel for a set takes the next one below.
            string[] above = [.. InstructionSets.Supported.Where(isa => isa > KernelSet.Chosen.Isa).Select(
                InstructionSets.Name)];
            Assert.All(KernelSet.Chosen.Ops, op => Assert.DoesNotContain(
                above, other => op.Name.EndsWith(other, StringComparison.OrdinalIgnoreCase)));
        }
        if (!any)
            Assert.Skip("No switch that takes an instruction set away is set.");
    }

    [Fact]
    public void WhatTheProcessorHasAndThisProcessDoesNotRunIsNamed()
    {
        if (!OperatingSystem.IsLinux() || !X86Base.IsSupported)
            Assert.Skip("The system says what the processor has on Linux, and cpuid where intrinsics are on.");
        string[] flags = File.ReadLines("/proc/cpuinfo")
            .First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        bool Has(params string[] names) => names.All(flags.Contains);
        bool has512 = Has("avx2", "fma", "avx512f", "avx512bw", "avx512dq");
        Isa? expected = has512 && !InstructionSets.IsSupported(Isa.Avx512) ? Isa.Avx512
            : Has("avx2", "fma") && !InstructionSets.IsSupported(Isa.Avx2) ? Isa.Avx2 : null;
        Assert.Equal(expected, InstructionSets.Unused);
        Assert.Equal(expected is null, InstructionSets.UnusedNote is null);
        if (expected is { } isa)
        {
            Assert.Contains(
                $"The processor has {InstructionSets.Name(isa)}, but it is turned off", InstructionSets.UnusedNote);
        }
    }

    [Theory]
    [InlineData("sse9")]
    [InlineData("")]
    public void AnUnknownInstructionSetIsRefused(string name)
    {
        var error = Assert.Throws<PlatformNotSupportedException>(() => InstructionSets.Parse(name));
        Assert.Contains(
            "avx512vnni, avx512, avxvnni, avx2, vector128, reference", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInstructionSetThatThisMachineLacksIsRefused()
    {
        foreach (Isa isa in Enum.GetValues<Isa>())
        {
            string name = InstructionSets.Name(isa);
            if (InstructionSets.IsSupported(isa))
                Assert.Equal([isa, isa], [InstructionSets.Parse(name), InstructionSets.Parse(name.ToUpperInvariant())]);
            else
                Assert.Contains(name, Assert.Throws<PlatformNotSupportedException>(
                    () => InstructionSets.Parse(name)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void EveryTableHasOneKernelPerInstructionSetAndEndsInTheReference()
    {
        Assert.NotEmpty(KernelSet.Chosen.Ops);
        Assert.All(KernelSet.Chosen.Ops, op =>
        {
            IReadOnlyList<(Isa Isa, string Name)> kernels = op.Table.Kernels;
            Assert.Equal(Isa.Reference, kernels[^1].Isa);
            Assert.Distinct(kernels.Select(kernel => kernel.Name));
            for (int i = 1; i < kernels.Count; i++)
            {
                Assert.True(
                    kernels[i - 1].Isa > kernels[i].Isa, $"{kernels[i - 1].Name} stands before {kernels[i].Name}.");
            }
            Assert.All(kernels, kernel => Assert.EndsWith($"{kernel.Isa}", kernel.Name, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void EveryOpIsInTheSetOnce()
    {
        // An op is a property of the set, and a table.
        int ops = typeof(KernelSet).GetProperties()
            .Count(property => property.PropertyType.IsAssignableTo(typeof(ChosenKernel)));
        Assert.Equal(ops, KernelSet.Chosen.Ops.Count);
        Assert.Distinct(KernelSet.Chosen.Ops.Select(op => op.Table.Op));
        int tables = typeof(KernelTable).Assembly.GetTypes()
            .Count(type => typeof(KernelTable).IsAssignableFrom(type.GetField("Table")?.FieldType));
        Assert.Equal(tables, ops);
    }

    private static bool Is(string variable, string value) => Environment.GetEnvironmentVariable(variable) == value;
}
