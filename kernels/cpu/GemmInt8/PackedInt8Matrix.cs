namespace Sextant.Kernels;

/// <summary>
/// A weight matrix w [F,K] as signed bytes in the kernels' layout: panel p holds outputs 48p … 48p + width − 1 as
/// [K/4][width][4], K being rounded up to a multiple of four and width to one of sixteen, with zeros. One layout serves
/// every instruction set. A view: whoever allocated the memory owns it.
/// </summary>
internal readonly unsafe struct PackedInt8Matrix
{
    /// <summary>
    /// The longest row: 255 · 127 · K must be an integer of 32 bits, since sums are exact.
    /// </summary>
    public const int MaxInputs = int.MaxValue / (255 * 127);

    /// <summary>Describes memory of <see cref="Bytes"/>, 64-byte aligned.</summary>
    public PackedInt8Matrix(byte* memory, int outputs, int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs, MaxInputs);
        Outputs = outputs;
        Inputs = inputs;
        int padded = PackedMatrix.PaddedOutputs(outputs);
        Panels = (sbyte*)memory;
        Scales = (float*)(memory + PanelBytes(outputs, inputs));
        Bias = Scales + padded;
        Sums = (int*)(Bias + padded);
        Inverse = (float*)(Sums + padded);
    }

    /// <summary>The panels, one after another.</summary>
    public readonly sbyte* Panels;

    /// <summary>F, the length of an output row.</summary>
    public readonly int Outputs;

    /// <summary>K, the length of an input row.</summary>
    public readonly int Inputs;

    /// <summary>What one step of an output's weights is worth [F], zero-padded.</summary>
    public readonly float* Scales;

    /// <summary>b [F], zero-padded; zeros for none.</summary>
    public readonly float* Bias;

    /// <summary>Σ over k of each output's weights [F], zero-padded.</summary>
    public readonly int* Sums;

    /// <summary>What each column of x is multiplied by [K]: one over the factor that its weights have taken.</summary>
    public readonly float* Inverse;

    /// <summary>Number of panels.</summary>
    public int PanelCount => (Outputs + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth;

    /// <summary>Inputs in fours.</summary>
    public int Groups => (Inputs + 3) / 4;

    /// <summary>Bytes of a whole matrix.</summary>
    public static long Bytes(int outputs, int inputs) =>
        PanelBytes(outputs, inputs)
        + (3L * PackedMatrix.PaddedOutputs(outputs) + ((inputs + 15) & ~15)) * sizeof(float);

    /// <summary>Width of a panel, padding included: 16, 32 or 48.</summary>
    public int WidthOf(int panel) => Math.Min(
        PackedMatrix.PanelWidth, PackedMatrix.PaddedOutputs(Outputs) - panel * PackedMatrix.PanelWidth);

    /// <summary>Where a panel begins.</summary>
    public sbyte* PanelAt(int panel) => Panels + (long)panel * PackedMatrix.PanelWidth * 4 * Groups;

    /// <summary>Where in a panel the weight of an input for one of its outputs is.</summary>
    public static nint IndexOf(int width, int input, int output) =>
        ((nint)(input >> 2) * width + output) * 4 + (input & 3);

    private static long PanelBytes(int outputs, int inputs) =>
        PackedMatrix.PaddedOutputs(outputs) * (long)((inputs + 3) & ~3);
}
