using System.Text;

namespace Sextant.Indexes;

/// <summary>The hash by which keys are found: FNV-1a over the UTF-8, 64 bits, and a last mixing.</summary>
internal static class KeyHash
{
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte one in key)
            hash = (hash ^ one) * 0x0000_0100_0000_01B3;
        return hash ^ (hash >> 32);
    }

    public static byte[] Bytes(string key) => Encoding.UTF8.GetBytes(key);
}
