using System.Text;

namespace Sextant.Indexes;

/// <summary>The hash by which keys are found: FNV-1a over the UTF-8, 64 bits, and a last mixing.</summary>
internal static class KeyHash
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, true);

    public static ulong Of(ReadOnlySpan<byte> key)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte one in key)
            hash = (hash ^ one) * 0x0000_0100_0000_01B3;
        return hash ^ (hash >> 32);
    }

    /// <summary>A key's UTF-8. For half of a surrogate pair, which no key has: bytes that are no UTF-8.</summary>
    public static byte[] Bytes(string key)
    {
        try
        {
            return s_strict.GetBytes(key);
        }
        catch (EncoderFallbackException)
        {
            return [0xFF]; // replaced, it would be found as the key with U+FFFD in its place
        }
    }
}
