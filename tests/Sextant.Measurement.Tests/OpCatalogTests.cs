using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Tests;

public class OpCatalogTests
{
    [Fact]
    public void EveryOpOfTheKernelTablesHasBenchCases()
    {
        string[] ops = [.. new KernelSet(Isa.Reference).Ops.Select(op => op.Table.Op.Replace(' ', '-'))];
        Assert.Equal(ops.Order(), OpCatalog.Ops.Select(op => op.Op).Order());
    }

    [Fact]
    public void EveryKernelThatServesAnOpIsInItsCases()
    {
        foreach (Isa isa in InstructionSets.Supported)
        {
            foreach (ChosenKernel op in new KernelSet(isa).Ops)
            {
                OpCases cases = OpCatalog.Ops.Single(one => one.Op == op.Table.Op.Replace(' ', '-'));
                Assert.Contains(op.Name, cases.Kernels.Select(one => one.Name));
            }
        }
    }

    public static TheoryData<string> Ops() => [.. OpCatalog.Ops.Select(op => op.Op)];

    [Theory]
    [MemberData(nameof(Ops))]
    public void EveryCaseHasTheBitsOfItsReferenceAndIsNearDouble(string op)
    {
        OpCases cases = OpCatalog.Ops.Single(one => one.Op == op);
        using var cold = new ColdMemory(MachineFacts.Read(), 16 << 20);
        int[] shape = SmallShape(cases);
        foreach (string variant in cases.Variants)
        {
            foreach ((Isa isa, string name) in cases.Kernels.Where(kernel => InstructionSets.IsSupported(kernel.Isa)))
            {
                using KernelCase one = cases.Create(isa, shape, variant, cold);
                for (int i = 0; i < 3; i++)
                    one.Run();
                Accuracy accuracy = one.Verify(whole: true);
                Assert.True(accuracy.BitEqual, $"{name} {variant}: {accuracy}");
                Assert.True(accuracy.IsSound, $"{name} {variant}: {accuracy}");
                Assert.True(accuracy.Compared > 0);
                Assert.True(one.Bytes > 0);
            }
        }
    }

    [Fact]
    public void AKernelThatLeavesItsOutputIsFound()
    {
        int nan = BitConverter.SingleToInt32Bits(float.NaN), one = BitConverter.SingleToInt32Bits(1f);
        Accuracy left = Accuracy.Of([one, nan], [one, one], integer: false, 1, _ => 1.0);
        Assert.False(left.IsSound);
        Assert.False(left.BitEqual);
        Assert.Equal(1, left.Poisoned);
        Accuracy wrong = Accuracy.Of([one, one], [one, one], integer: false, 1, _ => 1.01);
        Assert.True(wrong.BitEqual);
        Assert.False(wrong.IsSound);
        Accuracy right = Accuracy.Of([one, one], [one, one], integer: false, 1, _ => 1.0 + 1e-8);
        Assert.True(right.IsSound);
        Assert.InRange(right.MaxUlp, 0.08, 0.09); // 1e-8 of 2^-23
    }

    [Fact]
    public void OnePlusErfIsRightOnBothSides()
    {
        // Abramowitz and Stegun, table 7.1, and erfc(3) to sixteen digits.
        Assert.Equal(1.8427007929497149, ErrorFunction.OnePlus(1), 13);
        Assert.Equal(1, ErrorFunction.OnePlus(-3) / 2.209049699858544e-05, 13);
        Assert.Equal(2 - 2.209049699858544e-05, ErrorFunction.OnePlus(3), 13);
        Assert.Equal(ErrorFunction.OnePlus(-1.4999999), ErrorFunction.OnePlus(-1.5000001), 6);
    }

    // A few of everything, no multiples of a vector.
    private static int[] SmallShape(OpCases cases) => cases.Op switch
    {
        "rope" => [5, 3, 16],
        "hamming" => [600, 200, 5],
        "hamming-batch" => [600, 200, 5],
        "weighted-hamming" => [600, 200, 5],
        "attention" => [150, 20],
        _ => [.. cases.ShapeForm.Split(',').Select((_, i) => new[] { 13, 70, 37 }[i])],
    };
}
