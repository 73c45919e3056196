namespace Sextant.Kernels.Tests;

public unsafe class GemmTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        int[] rows = Cases.IsSlow ? [1, 3, 9] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 64, 65, 130, 257];
        foreach (int t in rows)
        {
            shapes.Add(t, 48, 16);
            shapes.Add(t, 47, 7);
            shapes.Add(t, 130, 33);
        }
        if (!Cases.IsSlow)
        {
            shapes.Add(5, 1, 1);
            shapes.Add(8, 384, 384);
            shapes.Add(33, 256, 1024);
            shapes.Add(3, 1031, 61);
        }
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryKernelGivesTheBitsOfTheReference(int rows, int outputs, int inputs)
    {
        foreach (StoredType type in new[] { StoredType.F32, StoredType.F16, StoredType.BF16 })
        {
            foreach (ActivationKind activation in new[] { ActivationKind.Identity, ActivationKind.Gelu })
            {
                foreach (bool residual in new[] { false, true })
                {
                    float[] expected = Run(Isa.Reference, type, rows, outputs, inputs, activation, residual);
                    Assert.DoesNotContain(expected, float.IsNaN);
                    foreach (Isa isa in Cases.VectorSets)
                    {
                        float[] actual = Run(isa, type, rows, outputs, inputs, activation, residual);
                        Cases.AssertSameBits(expected, actual,
                            $"{isa} {type} [{rows},{outputs},{inputs}] {activation} residual {residual}");
                    }
                }
            }
        }
    }

    [Fact]
    public void TheReferenceIsAPlainChain()
    {
        float[] x = Cases.Random(1, 3 * 20);
        float[] w = Cases.Random(2, 5 * 20);
        float[] y = Run(Isa.Reference, StoredType.F32, 3, 5, 20, ActivationKind.Identity, false, x, w);
        float[] bias = Cases.Random(3, 5);
        for (int t = 0; t < 3; t++)
        {
            for (int f = 0; f < 5; f++)
            {
                float sum = 0;
                for (int k = 0; k < 20; k++)
                    sum = MathF.FusedMultiplyAdd(x[t * 20 + k], w[f * 20 + k], sum);
                Assert.Equal(sum + bias[f], y[t * 5 + f]);
            }
        }
    }

    [Fact]
    public void PanelsCanBeComputedInAnyPartition()
    {
        float[] whole = Run(InstructionSets.Supported[0], StoredType.F32, 10, 200, 32, ActivationKind.Identity, false);
        float[] parts = Run(
            InstructionSets.Supported[0], StoredType.F32, 10, 200, 32, ActivationKind.Identity, false, split: [0, 1, 3,
                5]);
        Cases.AssertSameBits(whole, parts, "partition");
    }

    private static float[] Run(
        Isa isa, StoredType type, int rows, int outputs, int inputs, ActivationKind activation, bool withResidual,
        float[]? xs = null, float[]? ws = null, int[]? split = null)
    {
        using AlignedBuffer x = AlignedBuffer.Of(xs ?? Cases.Random(1, rows * inputs));
        float[] w = ws ?? Cases.Random(2, outputs * inputs, 0.5f);
        float[] biases = Cases.Random(3, outputs);
        int padded = PackedMatrix.PaddedOutputs(outputs);
        using var bias = new AlignedBuffer(padded);
        bias.Span.Clear();
        biases.CopyTo(bias.Span);
        using AlignedBuffer residual = AlignedBuffer.Of(Cases.Random(4, rows * outputs));
        using var y = new AlignedBuffer(rows * outputs);
        using var scratch = new AlignedBuffer(GemmArguments.ScratchLength(inputs));
        using var panels = new AlignedBuffer((int)(PackedMatrix.PanelBytes(type, outputs, inputs) / sizeof(float)));
        var matrix = new PackedMatrix((byte*)panels.Pointer, type, outputs, inputs, bias.Pointer);
        for (int panel = 0; panel < matrix.PanelCount; panel++)
        {
            int first = panel * PackedMatrix.PanelWidth;
            int count = Math.Min(PackedMatrix.PanelWidth, outputs - first);
            float[] part = w[(first * inputs)..((first + count) * inputs)];
            if (type == StoredType.F32)
                matrix.PackPanel(panel, part);
            else
                matrix.PackPanel(panel, Array.ConvertAll(part, v => To16(v, type)));
        }
        var g = new GemmArguments
        {
            X = x.Pointer,
            XStride = inputs,
            Rows = rows,
            Weight = matrix,
            Activation = activation,
            Residual = withResidual ? residual.Pointer : null,
            ResidualStride = outputs,
            Y = y.Pointer,
            YStride = outputs,
            Scratch = scratch.Pointer,
        };
        int[] borders = [.. split ?? [0], matrix.PanelCount];
        for (int i = 1; i < borders.Length; i++)
        {
            g.FirstPanel = borders[i - 1];
            g.EndPanel = borders[i];
            new KernelSet(isa).Gemm.Run(g);
        }
        return y.Span.ToArray();
    }

    private static ushort To16(float value, StoredType type) => type == StoredType.F16
        ? BitConverter.HalfToUInt16Bits((Half)value)
        : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
}
