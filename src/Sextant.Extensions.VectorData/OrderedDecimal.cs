using System.Globalization;
using System.Numerics;

namespace Sextant.Extensions.VectorData;

/// <summary>Decimals as texts whose ordinal order is the numbers': exact, where a double is not.</summary>
/// <remarks>
/// The number times 10²⁸, plus 10⁵⁸ so that none is negative, in 59 digits. A number is one text, whatever its trailing
/// zeros: 1.50 is read back as 1.5.
/// </remarks>
internal static class OrderedDecimal
{
    private const int Scale = 28;

    private static readonly BigInteger s_above = BigInteger.Pow(10, 58);

    public static string Write(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        BigInteger mantissa = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        mantissa *= BigInteger.Pow(10, Scale - ((bits[3] >> 16) & 0xFF));
        return (s_above + (value < 0 ? -mantissa : mantissa)).ToString("D59", CultureInfo.InvariantCulture);
    }

    public static decimal Read(string text)
    {
        BigInteger number = BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) - s_above;
        int scale = Scale;
        while (scale > 0 && number % 10 == 0)
        {
            number /= 10;
            scale--;
        }
        BigInteger mantissa = BigInteger.Abs(number);
        return new decimal(
            (int)(uint)(mantissa & uint.MaxValue), (int)(uint)((mantissa >> 32) & uint.MaxValue),
            (int)(uint)(mantissa >> 64), number.Sign < 0, (byte)scale);
    }
}
