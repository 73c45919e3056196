using Sextant.Kernels.Activation;

namespace Sextant.Kernels.Quantize;

/// <summary>The specification of quantised rows.</summary>
internal static unsafe class QuantizeReference
{
    /// <summary>1.5·2²³: adding it rounds to an integer in place.</summary>
    public const float RoundToInteger = 12582912f;

    /// <summary>2⁻¹⁰⁰: a row whose values span no more is zero.</summary>
    public const float MinRange = 7.8886090522101180541e-31f;

    public static void Run(in QuantizeArguments a)
    {
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + row * a.XStride;
            byte* q = a.Q + row * a.QStride;
            float high = 0f;
            float low = 0f;
            float poison = 0f;
            for (int k = 0; k < a.Columns; k++)
            {
                Activate(a, x, k);
                float v = x[k] * a.Inverse[k];
                high = high > v ? high : v;
                low = low > 0f - v ? low : 0f - v;
                poison += v * 0f;
            }
            RowSteps steps = Steps(high, low, poison);
            a.Scales[row] = steps.Scale;
            a.Offsets[row] = steps.Offset;
            for (int k = 0; k < a.Columns; k++)
                q[k] = Step(x[k] * a.Inverse[k], steps);
            for (int k = a.Columns; k % 4 != 0; k++)
                q[k] = 0;
        }
    }

    /// <summary>One element of a row becomes what is quantised.</summary>
    public static void Activate(in QuantizeArguments a, float* x, int k)
    {
        if (a.Activation != ActivationKind.Identity)
            x[k] = ActivationReference.Apply(a.Activation, x[k]);
        if (a.IsGated)
            x[k] *= x[a.Columns + k];
    }

    /// <summary>How a row is divided into 255 steps, from its largest value and minus its smallest.</summary>
    public static RowSteps Steps(float high, float low, float poison)
    {
        float range = high + low;
        bool any = range > MinRange;
        float perUnit = any ? 255f / range : 0f;
        float scale = (any ? range / 255f : 0f) + poison;
        float shift = MathF.FusedMultiplyAdd(low, perUnit, RoundToInteger);
        // A row that is not finite has the zero point 0: its scale says what it is.
        int zero = float.IsFinite(shift) ? Bits(shift) : 0;
        return new RowSteps(perUnit, scale, RoundToInteger + zero, -zero);
    }

    /// <summary>The step that a value falls on.</summary>
    public static byte Step(float value, in RowSteps steps) =>
        (byte)Math.Clamp(Bits(MathF.FusedMultiplyAdd(value, steps.PerUnit, steps.Shift)), 0, 255);

    private static int Bits(float shifted) =>
        BitConverter.SingleToInt32Bits(shifted) - BitConverter.SingleToInt32Bits(RoundToInteger);
}

/// <summary>How a row is divided into steps.</summary>
/// <param name="PerUnit">Steps of one.</param>
/// <param name="Scale">What one step is worth.</param>
/// <param name="Shift">The zero point, shifted so that a sum with it rounds to an integer.</param>
/// <param name="Offset">Minus the zero point.</param>
internal readonly record struct RowSteps(float PerUnit, float Scale, float Shift, int Offset);
