using System.Runtime.Intrinsics;
using Sextant.Kernels.GemmInt8;

namespace Sextant.Kernels.Tests;

public class GemmInt8Tests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        foreach (int rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 64, 65, 130, 257 })
        {
            shapes.Add(rows, 48, 16);
            shapes.Add(rows, 47, 7);
            shapes.Add(rows, 130, 33);
        }
        foreach (int inputs in new[] { 1, 2, 3, 4, 5, 8, 15, 18, 63, 65 })
            shapes.Add(3, 33, inputs);
        shapes.Add(5, 1, 1);
        shapes.Add(8, 384, 384);
        shapes.Add(33, 256, 1024);
        shapes.Add(3, 1031, 61);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryKernelGivesTheBitsOfTheReference(int rows, int outputs, int inputs)
    {
        GemmInt8Case random = GemmInt8Case.Random(rows + outputs + inputs, rows, outputs, inputs);
        foreach (ActivationKind activation in new[] { ActivationKind.Identity, ActivationKind.Gelu })
        {
            foreach (bool residual in new[] { false, true })
            {
                GemmInt8Case one = new()
                {
                    Rows = rows,
                    Outputs = outputs,
                    Inputs = inputs,
                    Steps = random.Steps,
                    Offsets = random.Offsets,
                    Weights = random.Weights,
                    Activation = activation,
                    Residual = residual,
                    Gap = residual ? 12 : 0,
                };
                float[] expected = one.Run(Isa.Reference);
                Assert.DoesNotContain(expected, float.IsNaN);
                foreach (Isa isa in Cases.VectorSets)
                {
                    Cases.AssertSameBits(expected, one.Run(isa),
                        $"{isa} [{rows},{outputs},{inputs}] {activation} residual {residual}");
                }
            }
        }
    }

    /// <summary>The largest sums that there are, and those that a narrower sum on the way would not hold.</summary>
    [Theory]
    [InlineData(0, 255, 127)]
    [InlineData(0, 255, -127)]
    [InlineData(-255, 0, 127)]
    [InlineData(-255, 0, -127)]
    [InlineData(-128, 255, -128)]
    public void ExtremeOperandsAreExact(int offset, byte step, sbyte weight)
    {
        foreach ((int rows, int outputs, int inputs) in new[] { (9, 50, 96), (2, 17, 4097) })
        {
            var one = new GemmInt8Case
            {
                Rows = rows,
                Outputs = outputs,
                Inputs = inputs,
                Steps = Enumerable.Repeat(step, rows * inputs).ToArray(),
                Offsets = Enumerable.Repeat(offset, rows).ToArray(),
                Weights = Enumerable.Repeat(weight, outputs * inputs).ToArray(),
            };
            float[] expected = Array.ConvertAll(one.Sums(), sum => (float)sum);
            foreach (Isa isa in InstructionSets.Supported)
                Cases.AssertSameBits(expected, one.Run(isa, plain: true), $"{isa} {offset} {step} {weight}");
        }
    }

    [Fact]
    public void TheLongestRowDoesNotOverflow()
    {
        int inputs = PackedInt8Matrix.MaxInputs;
        var one = new GemmInt8Case
        {
            Rows = 1,
            Outputs = 1,
            Inputs = inputs,
            Steps = Enumerable.Repeat((byte)255, inputs).ToArray(),
            Offsets = [0],
            Weights = Enumerable.Repeat((sbyte)-127, inputs).ToArray(),
        };
        Assert.InRange(one.Sums()[0], int.MinValue, -2_000_000_000L);
        foreach (Isa isa in InstructionSets.Supported)
            Assert.Equal((float)one.Sums()[0], one.Run(isa, plain: true)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Longer(inputs + 1));

        static unsafe PackedInt8Matrix Longer(int inputs) => new(null, 1, inputs);
    }

    /// <summary>Shapes that nobody thought of: a seed names each.</summary>
    [Fact]
    public void ManyShapesGiveExactSums()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            GemmInt8Case one = GemmInt8Case.Random(
                seed, 1 + random.Next(40), 1 + random.Next(150), 1 + random.Next(seed % 10 == 0 ? 700 : 120));
            float[] expected = Array.ConvertAll(one.Sums(), sum => (float)sum);
            foreach (Isa isa in InstructionSets.Supported)
                Cases.AssertSameBits(expected, one.Run(isa, plain: true), $"{isa}, seed {seed}");
        }
    }

    [Fact]
    public void PanelsCanBeComputedInAnyPartition()
    {
        GemmInt8Case one = GemmInt8Case.Random(1, 10, 200, 32);
        foreach (Isa isa in InstructionSets.Supported)
            Cases.AssertSameBits(one.Run(isa), one.Run(isa, false, 1, 3), $"{isa} partition");
    }

    /// <summary>What processors without the instruction do: of use on ARM64, which this machine may not be.</summary>
    [Fact]
    public void ProductsInPairsNeedNoInstructionOfTheirOwn()
    {
        var random = new Random(3);
        for (int i = 0; i < 1000; i++)
        {
            short[] x = [.. Enumerable.Range(0, 8).Select(_ => (short)random.Next(-255, 256))];
            short[] b = [.. Enumerable.Range(0, 8).Select(_ => (short)random.Next(-128, 128))];
            Vector128<int> sums = DotVector128.AddAdjacentProducts(
                Vector128.Create(x).AsInt32(), Vector128.Create(b).AsInt32());
            for (int lane = 0; lane < 4; lane++)
            {
                int expected = (x[2 * lane] * b[2 * lane]) + (x[(2 * lane) + 1] * b[(2 * lane) + 1]);
                Assert.Equal(expected, sums.GetElement(lane));
            }
        }
    }
}
