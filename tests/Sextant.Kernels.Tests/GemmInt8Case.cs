namespace Sextant.Kernels.Tests;

/// <summary>A product in bytes over operands of a test's choice.</summary>
internal sealed unsafe class GemmInt8Case
{
    public required int Rows { get; init; }

    public required int Outputs { get; init; }

    public required int Inputs { get; init; }

    /// <summary>x [T,K] as bytes.</summary>
    public required byte[] Steps { get; init; }

    /// <summary>Minus each row's zero point.</summary>
    public required int[] Offsets { get; init; }

    /// <summary>w [F,K].</summary>
    public required sbyte[] Weights { get; init; }

    public ActivationKind Activation { get; init; } = ActivationKind.Identity;

    public bool Residual { get; init; }

    /// <summary>Bytes between the rows of x, as a workspace may have them.</summary>
    public int Gap { get; init; }

    public static GemmInt8Case Random(int seed, int rows, int outputs, int inputs)
    {
        var random = new Random(seed);
        var steps = new byte[rows * inputs];
        random.NextBytes(steps);
        var weights = new sbyte[outputs * inputs];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (sbyte)random.Next(-127, 128);
        var offsets = new int[rows];
        for (int i = 0; i < rows; i++)
            offsets[i] = -random.Next(256);
        return new GemmInt8Case
        {
            Rows = rows,
            Outputs = outputs,
            Inputs = inputs,
            Steps = steps,
            Offsets = offsets,
            Weights = weights,
        };
    }

    /// <summary>Every sum, in 64 bits.</summary>
    public long[] Sums()
    {
        var sums = new long[Rows * Outputs];
        for (int t = 0; t < Rows; t++)
        {
            for (int f = 0; f < Outputs; f++)
            {
                for (int k = 0; k < Inputs; k++)
                    sums[(t * Outputs) + f] += (Steps[(t * Inputs) + k] + Offsets[t]) * Weights[(f * Inputs) + k];
            }
        }
        return sums;
    }

    /// <summary>y by the kernel of a set; <paramref name="split"/> are panels where a new call begins.</summary>
    public float[] Run(Isa isa, bool plain = false, params int[] split)
    {
        int padded = PackedMatrix.PaddedOutputs(Outputs);
        int stride = ((Inputs + 3) & ~3) + Gap;
        using var memory = new AlignedBuffer((int)(PackedInt8Matrix.Bytes(Outputs, Inputs) / sizeof(float)));
        var matrix = new PackedInt8Matrix((byte*)memory.Pointer, Outputs, Inputs);
        new Span<byte>(memory.Pointer, memory.Length * sizeof(float)).Clear();
        float[] scales = Cases.Random(5, Outputs, 1e-3f);
        float[] biases = Cases.Random(6, Outputs);
        for (int f = 0; f < Outputs; f++)
        {
            int panel = f / PackedMatrix.PanelWidth;
            matrix.Scales[f] = plain ? 1f : scales[f];
            matrix.Bias[f] = plain ? 0f : biases[f];
            for (int k = 0; k < Inputs; k++)
            {
                sbyte weight = Weights[(f * Inputs) + k];
                nint at = PackedInt8Matrix.IndexOf(matrix.WidthOf(panel), k, f % PackedMatrix.PanelWidth);
                matrix.PanelAt(panel)[at] = weight;
                matrix.Sums[f] += weight;
            }
        }
        using var q = new AlignedBuffer((Rows * stride + 3) / 4);
        for (int t = 0; t < Rows; t++)
        {
            new Span<byte>((byte*)q.Pointer + t * stride, (Inputs + 3) & ~3).Clear();
            Steps.AsSpan(t * Inputs, Inputs).CopyTo(new Span<byte>((byte*)q.Pointer + t * stride, Inputs));
        }
        using AlignedBuffer rowScales = AlignedBuffer.Of(
            plain ? Enumerable.Repeat(1f, Rows).ToArray() : Cases.Random(7, Rows));
        using AlignedBuffer offsets = AlignedBuffer.Of(Array.ConvertAll(Offsets, BitConverter.Int32BitsToSingle));
        using AlignedBuffer residual = AlignedBuffer.Of(Cases.Random(8, Rows * Outputs));
        using var y = new AlignedBuffer(Rows * Outputs);
        using var scratch = new AlignedBuffer(GemmInt8Arguments.ScratchLength(Inputs));
        var g = new GemmInt8Arguments
        {
            Q = (byte*)q.Pointer,
            QStride = stride,
            Scales = rowScales.Pointer,
            Offsets = (int*)offsets.Pointer,
            Rows = Rows,
            Weight = matrix,
            Activation = Activation,
            Residual = Residual ? residual.Pointer : null,
            ResidualStride = Outputs,
            Y = y.Pointer,
            YStride = Outputs,
            Scratch = scratch.Pointer,
        };
        Kernel<GemmInt8Arguments> kernel = new KernelSet(isa).GemmInt8.Run;
        int[] borders = [0, .. split, matrix.PanelCount];
        for (int i = 1; i < borders.Length; i++)
        {
            g.FirstPanel = borders[i - 1];
            g.EndPanel = borders[i];
            kernel(g);
        }
        Assert.Equal(padded, PackedMatrix.PaddedOutputs(matrix.Outputs));
        return y.Span.ToArray();
    }
}
