using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>
/// A polynomial hash modulo 2^61 − 1: from the hashes of all prefixes of a word, the hash of any part of it takes one
/// multiplication. The base is random per table, so a hostile file cannot aim at collisions; results never depend on
/// it.
/// </summary>
internal readonly struct RollingHash
{
    private const ulong Modulus = (1UL << 61) - 1;

    private readonly ulong _base;
    private readonly ulong[] _powers;

    internal RollingHash(int longest)
    {
        _base = (ulong)Random.Shared.NextInt64(1L << 32, (long)Modulus - 1);
        _powers = new ulong[longest + 1];
        _powers[0] = 1;
        for (int i = 1; i < _powers.Length; i++)
            _powers[i] = Multiply(_powers[i - 1], _base);
    }

    /// <summary>Hash of a text.</summary>
    internal ulong Of(ReadOnlySpan<char> text)
    {
        ulong hash = 0;
        foreach (char unit in text)
            hash = Step(hash, unit);
        return hash;
    }

    /// <summary>Writes the hashes of all prefixes, the empty one first: one more than units.</summary>
    internal void Prefixes(ReadOnlySpan<char> text, Span<ulong> hashes)
    {
        hashes = hashes[..(text.Length + 1)];
        ulong hash = 0;
        hashes[0] = 0;
        for (int i = 0; i < text.Length; i++)
            hashes[i + 1] = hash = Step(hash, text[i]);
    }

    /// <summary>
    /// Hash of <c>text[start..end]</c>, no longer than the longest token, appended to a text whose hash is known.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong OfPart(ReadOnlySpan<ulong> prefixes, int start, int end, ulong before)
    {
        // (before − prefixes[start]) · base^length + prefixes[end]
        ulong difference = before + Modulus - prefixes[start];
        difference = difference >= Modulus ? difference - Modulus : difference;
        ulong hash = Multiply(difference, _powers[end - start]) + prefixes[end];
        return hash >= Modulus ? hash - Modulus : hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Step(ulong hash, char unit)
    {
        hash = Multiply(hash, _base) + unit + 1;
        return hash >= Modulus ? hash - Modulus : hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Multiply(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        ulong product = (low & Modulus) + (low >> 61 | high << 3);
        return product >= Modulus ? product - Modulus : product;
    }
}
