using System.Runtime.CompilerServices;

namespace Sextant.Kernels;

/// <summary>
/// A weight matrix w [F,K] in the kernels' layout, transposed into panels: panel p holds outputs 48p … 48p + width − 1
/// as [K][width], width being 48, or for the last panel what is left, rounded up to 16 with zeros. One layout serves
/// every instruction set. A view: whoever allocated the memory owns it.
/// </summary>
internal readonly unsafe struct PackedMatrix
{
    /// <summary>
    /// Describes panels at <paramref name="panels"/>, 64-byte aligned, and a bias padded with zeros to 16.
    /// </summary>
    public PackedMatrix(
        byte* panels, StoredType type, int outputs, int inputs, float* bias, bool isPaired = false)
    {
        IsPaired = isPaired;
        Panels = panels;
        Type = type;
        Outputs = outputs;
        Inputs = inputs;
        Bias = bias;
    }

    /// <summary>The panels, one after another.</summary>
    public readonly byte* Panels;

    /// <summary>How the elements are stored.</summary>
    public readonly StoredType Type;

    /// <summary>
    /// Whether panels are [K/2][width][2], inputs k + 1 and k beside each other: for assembled products of bfloat16.
    /// </summary>
    public readonly bool IsPaired;

    /// <summary>F, the length of an output row.</summary>
    public readonly int Outputs;

    /// <summary>K, the length of an input row.</summary>
    public readonly int Inputs;

    /// <summary>b [F], zero-padded to a multiple of 16; null for none.</summary>
    public readonly float* Bias;

    /// <summary>Outputs in a panel: three AVX-512 vectors, six of AVX2, twelve of 128 bits.</summary>
    public const int PanelWidth = 48;

    /// <summary>Number of panels.</summary>
    public int PanelCount => (Outputs + PanelWidth - 1) / PanelWidth;

    /// <summary>Bytes of one stored element.</summary>
    public static int ElementSize(StoredType type) => type switch
    {
        StoredType.F32 => 4,
        StoredType.I8 => 1,
        _ => 2,
    };

    /// <summary>Outputs rounded up to whole 64-byte vectors.</summary>
    public static int PaddedOutputs(int outputs) => (outputs + 15) & ~15;

    /// <summary>Bytes that the panels of w [F,K] take.</summary>
    public static long PanelBytes(StoredType type, int outputs, int inputs) =>
        (long)PaddedOutputs(outputs) * inputs * ElementSize(type);

    /// <summary>Width of a panel, padding included: 16, 32 or 48.</summary>
    public int WidthOf(int panel) => Math.Min(PanelWidth, PaddedOutputs(Outputs) - panel * PanelWidth);

    /// <summary>Where a panel begins.</summary>
    public byte* PanelAt(int panel) => Panels + (long)panel * PanelWidth * Inputs * ElementSize(Type);

    /// <summary>Packs one panel of f32 rows: rows [n,K] are outputs panel·48 … panel·48 + n − 1.</summary>
    public void PackPanel(int panel, ReadOnlySpan<float> rows) => Pack((float*)PanelAt(panel), WidthOf(panel), rows);

    /// <summary>Packs one panel of rows stored in 16 bits.</summary>
    public void PackPanel(int panel, ReadOnlySpan<ushort> rows) => Pack((ushort*)PanelAt(panel), WidthOf(panel), rows);

    /// <summary>The same matrix of bfloat16 numbers and an even K, its panels paired in place.</summary>
    public PackedMatrix Paired()
    {
        if (Type != StoredType.BF16 || Inputs % 2 != 0 || IsPaired)
            throw new InvalidOperationException($"{Type} with {Inputs} inputs is not paired, or is already.");
        ushort* rows = stackalloc ushort[2 * PanelWidth];
        for (int panel = 0; panel < PanelCount; panel++)
        {
            int width = WidthOf(panel);
            var pairs = (ushort*)PanelAt(panel);
            for (int k = 0; k < Inputs; k += 2, pairs += 2 * width)
            {
                new Span<ushort>(pairs, 2 * width).CopyTo(new Span<ushort>(rows, 2 * width));
                for (int f = 0; f < width; f++)
                {
                    pairs[2 * f] = rows[width + f];
                    pairs[(2 * f) + 1] = rows[f];
                }
            }
        }
        return new PackedMatrix(Panels, Type, Outputs, Inputs, Bias, isPaired: true);
    }

    // Reads a row's cache line once and scatters it; sixteen rows at a time keep the written lines in the L1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack<T>(T* panel, int width, ReadOnlySpan<T> rows)
        where T : unmanaged
    {
        int depth = Inputs;
        int count = rows.Length / depth;
        fixed (T* source = rows)
        {
            for (int first = 0; first < width; first += 16)
            {
                for (int k0 = 0; k0 < depth; k0 += 16)
                {
                    int end = Math.Min(k0 + 16, depth);
                    for (int row = first; row < first + 16; row++)
                    {
                        T* from = source + (nint)row * depth;
                        T* to = panel + row;
                        for (int k = k0; k < end; k++)
                            to[(nint)k * width] = row < count ? from[k] : default;
                    }
                }
            }
        }
    }
}
