using System.Globalization;

namespace Sextant.Tokens;

/// <summary>
/// Reads a JSON number to binary64 as the reference's parser does: up to 64 bits of digits as an integer, rounded once,
/// then multiplied or divided by a power of ten, rounded again.
/// </summary>
/// <remarks>
/// The result may differ from the nearest binary64 in its last bit. Sums of scores inherit that bit, and it decides
/// between splits of a word that would otherwise be equal, so a correctly rounded number would give other tokens.
/// </remarks>
internal static class ScoreNumber
{
    private static readonly double[] PowersOfTen = Powers();

    /// <summary>
    /// Reads the number that <paramref name="text"/> begins with. False where it is no JSON number, or one beyond the
    /// range of binary64.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out double value, out int length)
    {
        value = 0;
        int at = text.StartsWith("-"u8) ? 1 : 0;
        length = at;
        if (!IsDigit(text, at) || (text[at] == '0' && IsDigit(text, at + 1)))
            return false;
        ulong digits = 0;
        long exponent = 0;
        for (bool full = false; IsDigit(text, at); at++)
        {
            full = full || !TryAppend(ref digits, text[at]);
            exponent += full ? 1 : 0;
        }
        if (at < text.Length && text[at] == '.')
        {
            if (!IsDigit(text, ++at))
                return false;
            for (bool full = false; IsDigit(text, at); at++)
            {
                full = full || !TryAppend(ref digits, text[at]);
                exponent -= full ? 0 : 1;
            }
        }
        if (at < text.Length && text[at] is (byte)'e' or (byte)'E' && !TryReadExponent(text, ref at, ref exponent))
            return false;
        length = at;
        value = Scale(digits, exponent);
        if (text[0] == '-')
            value = -value;
        return double.IsFinite(value);
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, ref int at, ref long exponent)
    {
        at++;
        bool negative = at < text.Length && text[at] == '-';
        if (negative || (at < text.Length && text[at] == '+'))
            at++;
        if (!IsDigit(text, at))
            return false;
        long stated = 0;
        for (; IsDigit(text, at); at++)
            stated = Math.Min(int.MaxValue, stated * 10 + (text[at] - '0'));
        exponent += negative ? -stated : stated;
        return true;
    }

    private static double Scale(ulong digits, long exponent)
    {
        double value = digits;
        for (; exponent <= -PowersOfTen.Length && value != 0; exponent += PowersOfTen.Length - 1)
            value /= PowersOfTen[^1];
        if (value == 0)
            return 0;
        if (exponent >= PowersOfTen.Length)
            return double.PositiveInfinity;
        return exponent < 0 ? value / PowersOfTen[-exponent] : value * PowersOfTen[exponent];
    }

    private static bool TryAppend(ref ulong digits, byte digit)
    {
        uint next = (uint)(digit - '0');
        if (digits > (ulong.MaxValue - next) / 10)
            return false;
        digits = digits * 10 + next;
        return true;
    }

    private static bool IsDigit(ReadOnlySpan<byte> text, int at) =>
        at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9';

    private static double[] Powers()
    {
        double[] powers = new double[309];
        for (int i = 0; i < powers.Length; i++)
            powers[i] = double.Parse($"1e{i}", CultureInfo.InvariantCulture);
        return powers;
    }
}
