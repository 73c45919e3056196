using System.Globalization;

namespace Sextant.Tokens;

/// <summary>The tokens "&lt;0x00&gt;" to "&lt;0xFF&gt;" that stand for bytes where a code point is no token.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];

    internal ByteTokens(Vocabulary vocabulary)
    {
        for (int value = 0; value < _ids.Length; value++)
        {
            string token = string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");
            _ids[value] = vocabulary.TryGetId(token, out int id) ? id : -1;
        }
    }

    /// <summary>Whether all bytes are tokens; their ids go to <paramref name="ids"/>, as many as bytes.</summary>
    internal bool TryGetIds(ReadOnlySpan<byte> bytes, Span<int> ids)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            ids[i] = _ids[bytes[i]];
            if (ids[i] < 0)
                return false;
        }
        return true;
    }
}
