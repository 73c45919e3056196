using System.Numerics;
using System.Runtime.CompilerServices;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Quantize;

namespace Sextant.Kernels;

/// <summary>
/// Weights to bytes, when a model is loaded (kernels/NUMERICS.md, "Products in bytes"). Every operation is one rounding
/// of one element, so that vectors of any width give the same bytes.
/// </summary>
internal static unsafe class Int8Packing
{
    private const float MinMagnitude = 1e-3f;
    private const float MaxMagnitude = 1e6f;
    private const int MaxStep = 127;

    /// <summary>
    /// What the columns of w [F,K] are multiplied by [K], so that inputs and weights share the difficulty: the root of
    /// the largest input over the largest weight. Ones where no inputs are known.
    /// </summary>
    public static float[] Factors(PackedMatrix w, ReadOnlySpan<float> inputs)
    {
        var factors = new float[w.Inputs];
        if (inputs.IsEmpty)
        {
            Array.Fill(factors, 1f);
            return factors;
        }
        float* row = stackalloc float[PackedMatrix.PanelWidth];
        for (int panel = 0; panel < w.PanelCount; panel++)
        {
            for (int k = 0; k < w.Inputs; k++)
            {
                Widen(w, panel, k, row);
                for (int f = 0; f < w.WidthOf(panel); f++)
                    factors[k] = MathF.Abs(row[f]) > factors[k] ? MathF.Abs(row[f]) : factors[k];
            }
        }
        for (int k = 0; k < factors.Length; k++)
        {
            float input = inputs[k] > MinMagnitude ? inputs[k] : MinMagnitude;
            input = input > MaxMagnitude ? MaxMagnitude : input;
            float weight = factors[k] > MinMagnitude ? factors[k] : MinMagnitude;
            factors[k] = MathF.Sqrt(input / weight);
        }
        return factors;
    }

    /// <summary>Packs one panel; the first one takes the factors along.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(PackedMatrix from, float* factors, PackedInt8Matrix to, int panel)
    {
        int width = to.WidthOf(panel);
        int first = panel * PackedMatrix.PanelWidth;
        if (panel == 0)
        {
            for (int k = 0; k < to.Inputs; k++)
                to.Inverse[k] = 1f / factors[k];
        }
        float* row = stackalloc float[PackedMatrix.PanelWidth];
        float* scales = to.Scales + first;
        new Span<float>(scales, width).Clear();
        int lanes = Vector<float>.Count;
        for (int k = 0; k < from.Inputs; k++)
        {
            Widen(from, panel, k, row);
            var factor = new Vector<float>(factors[k]);
            for (int f = 0; f < width; f += lanes)
            {
                Vector<float> value = Vector.Abs(Vector.Load(row + f) * factor);
                Vector<float> most = Vector.Load(scales + f);
                Vector.ConditionalSelect(Vector.GreaterThan(most, value), most, value).Store(scales + f);
            }
        }
        for (int f = 0; f < width; f++)
            scales[f] /= MaxStep;
        for (int f = 0; f < width; f++)
            to.Bias[first + f] = from.Bias == null ? 0f : from.Bias[first + f];
        int* sums = to.Sums + first;
        new Span<int>(sums, width).Clear();
        sbyte* panels = to.PanelAt(panel);
        var group = new Span<int>(panels, width * to.Groups);
        group.Clear();
        for (int k = 0; k < from.Inputs; k++)
        {
            Widen(from, panel, k, row);
            var factor = new Vector<float>(factors[k]);
            Span<int> four = group.Slice(k / 4 * width, width);
            for (int f = 0; f < width; f += lanes)
            {
                Vector<int> step = Steps(Vector.Load(row + f) * factor, Vector.Load(scales + f));
                (Vector.Load(sums + f) + step).Store(sums + f);
                Vector<int> bytes = Vector.ShiftLeft(step & new Vector<int>(0xFF), 8 * (k % 4));
                (new Vector<int>(four[f..]) | bytes).CopyTo(four[f..]);
            }
        }
    }

    /// <summary>
    /// Packs the rows [width,K] of one panel that are bytes already; scales, biases and what inputs are multiplied by
    /// are the caller's to write.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackBytes(ReadOnlySpan<sbyte> rows, PackedInt8Matrix to, int panel)
    {
        int width = to.WidthOf(panel);
        sbyte* panels = to.PanelAt(panel);
        int* sums = to.Sums + (panel * PackedMatrix.PanelWidth);
        new Span<sbyte>(panels, width * 4 * to.Groups).Clear();
        new Span<int>(sums, width).Clear();
        for (int f = 0; f * to.Inputs < rows.Length; f++)
        {
            ReadOnlySpan<sbyte> row = rows.Slice(f * to.Inputs, to.Inputs);
            int sum = 0;
            for (int k = 0; k < row.Length; k++)
            {
                panels[PackedInt8Matrix.IndexOf(width, k, f)] = row[k];
                sum += row[k];
            }
            sums[f] = sum;
        }
    }

    /// <summary>The row of a packed matrix [K], as it was before it was packed.</summary>
    public static void Unpack(PackedInt8Matrix from, int row, Span<sbyte> to)
    {
        (int panel, int f) = Math.DivRem(row, PackedMatrix.PanelWidth);
        sbyte* panels = from.PanelAt(panel);
        int width = from.WidthOf(panel);
        for (int k = 0; k < from.Inputs; k++)
            to[k] = panels[PackedInt8Matrix.IndexOf(width, k, f)];
    }

    /// <summary>A row of a table as signed bytes; returns what one step is worth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float PackRow(ReadOnlySpan<float> row, Span<sbyte> to)
    {
        float most = 0f;
        foreach (float value in row)
            most = most > MathF.Abs(value) ? most : MathF.Abs(value);
        float scale = most / MaxStep;
        int lanes = Vector<float>.Count;
        int i = 0;
        Span<int> steps = stackalloc int[Vector<int>.Count];
        for (; i <= row.Length - lanes; i += lanes)
        {
            Steps(new Vector<float>(row[i..]), new Vector<float>(scale)).CopyTo(steps);
            for (int j = 0; j < lanes; j++)
                to[i + j] = (sbyte)steps[j];
        }
        for (; i < row.Length; i++)
            to[i] = (sbyte)Steps(new Vector<float>(row[i]), new Vector<float>(scale))[0];
        return scale;
    }

    // rint(value / scale), limited to ±127; 0 where the scale is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Steps(Vector<float> value, Vector<float> scale)
    {
        var round = new Vector<float>(QuantizeReference.RoundToInteger);
        Vector<int> step = Vector.AsVectorInt32(value / scale + round) - Vector.AsVectorInt32(round);
        step = Vector.Min(Vector.Max(step, new Vector<int>(-MaxStep)), new Vector<int>(MaxStep));
        return Vector.ConditionalSelect(Vector.Equals(scale, Vector<float>.Zero), Vector<int>.Zero, step);
    }

    // Row k of a panel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(PackedMatrix w, int panel, int k, float* row)
    {
        int width = w.WidthOf(panel);
        byte* data = w.PanelAt(panel);
        if (w.Type == StoredType.F32)
        {
            new ReadOnlySpan<float>((float*)data + (nint)k * width, width).CopyTo(new Span<float>(row, width));
            return;
        }
        for (int f = 0; f < width; f++)
            row[f] = GemmReference.Widen(data, w.Type, (nint)k * width + f);
    }
}
