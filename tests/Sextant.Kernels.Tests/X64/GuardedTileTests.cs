using Sextant.Kernels.GemmInt8;
using Sextant.Kernels.X64;

namespace Sextant.Kernels.Tests.X64;

/// <summary>Assembled tiles at the end of their memory: every row count and width, any number of inputs.</summary>
public unsafe class GuardedTileTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(48)]
    public void TilesTouchNothingThatIsNotTheirs(int width)
    {
        if (!OperatingSystem.IsLinux() || !InstructionSets.IsSupported(Isa.Avx512Vnni))
            Assert.Skip("Needs Linux and a processor with AVX-512 VNNI.");
        Assert.Null(KernelSet.MachineCodeProblem);
        var random = new Random(width);
        for (int rows = 1; rows <= 8; rows++)
        {
            foreach (int groups in new[] { 1, 2, 3, 7, 16, 33 })
            {
                foreach (bool residual in new[] { false, true })
                    RunOne(random, rows, width, groups, residual);
            }
        }
    }

    private static void RunOne(Random random, int rows, int width, int groups, bool withResidual)
    {
        int inputs = 4 * groups;
        var steps = new byte[rows * inputs];
        random.NextBytes(steps);
        var weights = new sbyte[inputs * width];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (sbyte)random.Next(-128, 128);
        var sums = new int[width];
        for (int f = 0; f < width; f++)
        {
            for (int k = 0; k < inputs; k++)
                sums[f] += weights[PackedInt8Matrix.IndexOf(width, k, f)];
        }
        int[] offsets = [.. Enumerable.Range(0, rows).Select(_ => -random.Next(256))];
        float[] rowScales = Cases.Random(1, rows), columnScales = Cases.Random(2, width);
        float[] biases = Cases.Random(3, width), residuals = Cases.Random(4, rows * width);
        using GuardedMemory x = GuardedMemory.Of(steps), b = GuardedMemory.Of(weights);
        using GuardedMemory columnSums = GuardedMemory.Of(sums), rowOffsets = GuardedMemory.Of(offsets);
        using GuardedMemory rowScale = GuardedMemory.Of(rowScales), columnScale = GuardedMemory.Of(columnScales);
        using GuardedMemory bias = GuardedMemory.Of(biases), residual = GuardedMemory.Of(residuals);
        using var y = new GuardedMemory(rows * width * sizeof(float));
        var t = new Int8TileArguments
        {
            X = x.Pointer,
            XStride = inputs,
            B = (sbyte*)b.Pointer,
            BEnd = (sbyte*)b.Pointer + b.Bytes,
            Y = (float*)y.Pointer,
            YStride = width * sizeof(float),
            Residual = withResidual ? (float*)residual.Pointer : null,
            ResidualStride = width * sizeof(float),
            RowScales = (float*)rowScale.Pointer,
            RowOffsets = (int*)rowOffsets.Pointer,
            ColumnScales = (float*)columnScale.Pointer,
            ColumnSums = (int*)columnSums.Pointer,
            Bias = (float*)bias.Pointer,
            // Where nothing may be read: what is only fetched ahead does not fault.
            Prefetch = (sbyte*)b.Pointer + b.Bytes,
            PrefetchStep = 64,
        };
        TileAvx512Vnni.Run(ref t, rows, width);
        for (int row = 0; row < rows; row++)
        {
            for (int f = 0; f < width; f++)
            {
                int sum = 0;
                for (int k = 0; k < inputs; k++)
                {
                    sum += (steps[(row * inputs) + k] + offsets[row])
                        * weights[PackedInt8Matrix.IndexOf(width, k, f)];
                }
                float expected = (float)sum * rowScales[row];
                expected *= columnScales[f];
                expected += biases[f];
                if (withResidual)
                    expected += residuals[(row * width) + f];
                Assert.Equal(expected, ((float*)y.Pointer)[(row * width) + f]);
            }
        }
    }
}
