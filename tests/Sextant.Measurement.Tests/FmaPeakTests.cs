using System.Runtime.Intrinsics.X86;
using Sextant.Measurement.Peaks;

namespace Sextant.Measurement.Tests;

public class FmaPeakTests
{
    [Fact]
    public void EveryKindIsMeasured()
    {
        Assert.StartsWith("f32", FmaPeak.Kinds[0], StringComparison.Ordinal);
        foreach (string kind in FmaPeak.Kinds)
            Assert.InRange(FmaPeak.Measure(kind, 0.001), 0.01, 1e5);
    }

    [Fact]
    public void WhatIsMissingIsSaid()
    {
        Assert.Equal(AvxVnni.IsSupported, FmaPeak.Kinds.Contains("i8-256"));
        string sixteen = FmaPeak.Kinds.Contains("bf16-512") ? "f16:" : "f16 and bf16:";
        Assert.Contains(FmaPeak.Absent, note => note.StartsWith(sixteen, StringComparison.Ordinal));
        Assert.Equal(
            !FmaPeak.Kinds.Any(FmaPeak.IsInteger),
            FmaPeak.Absent.Any(note => note.StartsWith("int8", StringComparison.Ordinal)));
        Assert.Throws<ArgumentException>(() => FmaPeak.Measure("f8-512", 0.001));
    }

    [Fact]
    public void AUnitThatIsNotThereIsF32()
    {
        Assert.Equal(1, FmaPeak.OverF32("f32", 0.001));
        Assert.Equal(1, FmaPeak.OverF32("f8", 0.001));
        if (FmaPeak.Kinds.Contains("i8-512"))
            Assert.InRange(FmaPeak.OverF32("i8", 0.001), 1.5, 20);
    }

    // What counts as an operation decides what a share of the roofline means.
    [Fact]
    public void OperationsAreCountedByTheInstruction()
    {
        Assert.Equal(32, Single512.Operations);
        Assert.Equal(16, Double512.Operations);
        Assert.Equal(16, Single256.Operations);
        Assert.Equal(8, Double256.Operations);
        Assert.Equal(8, Single128.Operations);
        Assert.Equal(64, Dot256.Operations);
        Assert.Equal(32, Dot128.Operations);
    }

    [Fact]
    public void AStepIsTheInstructionItIsNamedAfter()
    {
        Assert.Equal(
            2.5 * 16,
            Single512.Sum(Single512.Step(Single512.Create(1), Single512.Create(2), Single512.Create(0.5f))));
        Assert.Equal(
            2.5 * 4,
            Double256.Sum(Double256.Step(Double256.Create(1), Double256.Create(2), Double256.Create(0.5f))));
        if (AvxVnni.IsSupported)
        {
            // Bytes of 1, 101 and 51: eight sums of four products on top of 0x01010101.
            double sum = Dot256.Sum(Dot256.Step(Dot256.Create(0), Dot256.Create(1), Dot256.Create(0.5f)));
            Assert.Equal(8.0 * (0x01010101 + 4 * 101 * 51), sum);
        }
    }
}
