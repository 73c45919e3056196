using System.Globalization;

namespace Sextant.Codes;

/// <summary>Refuses NaNs and infinities, which have neither a code nor a place in an order.</summary>
internal static class FiniteValues
{
    public static void Require(ReadOnlySpan<float> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"value {i} is {values[i]}; only finite values can be encoded or compared."),
                    name);
            }
        }
    }
}
