using Sextant.Measurement.Cases;

namespace Sextant.Measurement.Tests;

/// <summary>Nothing that a command line asked for is left out in silence.</summary>
public class ChosenCasesTests
{
    private static readonly NamedOp[] s_ops =
    [
        new("gemm", "T,F,K", ["f32", "bf16"], quick => quick ? [[1, 2, 3]] : [[1, 2, 3], [4, 5, 6]]),
        new("pool", "T,H", ["mean", "max"], _ => [[7, 8]]),
        new("gate", "T,F", ["f32"], _ => [[9, 10]]),
    ];

    [Fact]
    public void AllIsAll()
    {
        Assert.Equal(
            ["gemm f32 1,2,3", "gemm bf16 1,2,3", "gemm f32 4,5,6", "gemm bf16 4,5,6", "pool mean 7,8", "pool max 7,8",
                "gate f32 9,10"],
            Names(new KernelChoice()));
        Assert.Equal(["gemm f32 1,2,3", "pool mean 7,8", "gate f32 9,10"], Names(new KernelChoice(), quick: true));
    }

    [Fact]
    public void AShapeServesEveryOpOfAsManyNumbersOnce() => Assert.Equal(
        ["pool max 3,4", "gate f32 3,4"],
        Names(new KernelChoice { Shapes = [(null, [3, 4]), ("gate", [3, 4])], Variants = ["max", "f32"] }));

    [Fact]
    public void LinesOfOpsThatAreNotChosenAreNoFault() => Assert.Equal(
        ["gemm f32 1,1,1", "gemm bf16 1,1,1"],
        Names(new KernelChoice { Ops = ["gemm"], Shapes = [("gemm", [1, 1, 1]), ("pool", [2, 2])] }));

    public static TheoryData<string> Faults => [.. s_faults.Keys];

    private static readonly Dictionary<string, KernelChoice> s_faults = new()
    {
        ["there is no op 'gem'; there are gemm, pool, gate"] = new() { Ops = ["gem"] },
        ["no op has a variant 'f8'; there are f32, bf16, mean, max"] = new() { Variants = ["f8"] },
        ["pool has none of these variants; it has mean, max"] = new() { Ops = ["gemm", "pool"], Variants = ["f32"] },
        ["a shape of gemm is T,F,K, not '1,2'"] = new() { Shapes = [("gemm", [1, 2])] },
        ["'1,2,3,4' is a shape of no op"] = new() { Shapes = [(null, [1, 2, 3, 4])] },
        ["none of these shapes is one of gemm, which is T,F,K"] =
            new() { Ops = ["gemm", "pool"], Shapes = [(null, [1, 2])] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void WhatThereIsNotIsRefusedByName(string fault) => Assert.StartsWith(
        fault, Assert.Throws<InvalidChoiceException>(() => Names(s_faults[fault])).Message, StringComparison.Ordinal);

    [Fact]
    public void EachOfSeveralDevicesTakesTheShapesOfItsOwnOps()
    {
        NamedOp[] device = [new("gemm", "S,T,F,K", ["f32"], _ => [[1, 2, 3, 4]])];
        var choice = new KernelChoice
        {
            Ops = ["gemm"],
            Shapes = [(null, [1, 1, 1]), (null, [2, 2, 2, 2]), ("gemm", [3, 3, 3])],
            Variants = ["f32"],
            Elsewhere = [.. s_ops, .. device],
        };
        Assert.Equal(["gemm f32 1,1,1", "gemm f32 3,3,3"], Names(choice));
        Assert.Equal([2, 2, 2, 2], Assert.Single(new ChosenCases(choice, device).All(false)).Shape);

        // A shape of none of them, and a device that is left without one.
        Refused("'1,1,1,1,1' is a shape of no op", choice with { Shapes = [(null, [1, 1, 1, 1, 1])] });
        Refused("'9,9' is a shape of no op", choice with { Shapes = [(null, [9, 9])] });
        Refused(
            "none of these shapes is one of gemm, which is T,F,K", choice with { Shapes = [(null, [2, 2, 2, 2])] });

        static void Refused(string fault, KernelChoice choice) => Assert.StartsWith(
            fault, Assert.Throws<InvalidChoiceException>(() => Names(choice)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AGpuMayBeAskedForWhatTakesAProcessorMinutes()
    {
        var choice = new KernelChoice { Ops = ["gemm"], Shapes = [("gemm", [8192, 8192, 8192])] };
        Assert.Throws<InvalidChoiceException>(() => new ChosenCases(choice, s_ops));
        Assert.Equal(2, new ChosenCases(choice, s_ops, ChosenCases.MaxStepsOfGpus).All(false).Count);
        choice = choice with { Shapes = [("gemm", [65536, 65536, 65536])] };
        Assert.Throws<InvalidChoiceException>(() => new ChosenCases(choice, s_ops, ChosenCases.MaxStepsOfGpus));
    }

    private static string[] Names(KernelChoice choice, bool quick = false) =>
        [.. new ChosenCases(choice, s_ops).All(quick).Select(
            one => $"{one.Op} {one.Variant} {string.Join(',', one.Shape)}")];
}
