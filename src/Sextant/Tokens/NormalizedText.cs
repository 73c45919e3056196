using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>
/// A piece of text on its way through the normalizers: UTF-16 units, and for each the range of the original text it
/// came from. Reused; grows and never shrinks.
/// </summary>
/// <param name="budget">What limits its length.</param>
internal sealed class NormalizedText(TextBudget budget)
{
    private char[] _units = new char[256];
    private int[] _starts = [];
    private int[] _ends = [];

    /// <summary>What the steps that read or write this text may take.</summary>
    internal TextBudget Budget => budget;

    internal int Length { get; private set; }

    /// <summary>Whether origins are kept; without them encoding is faster.</summary>
    internal bool IsAligned { get; private set; }

    internal ReadOnlySpan<char> Units => _units.AsSpan(0, Length);

    internal void Clear(bool aligned, int capacity)
    {
        Length = 0;
        IsAligned = aligned;
        Reserve(capacity);
    }

    /// <summary>
    /// Starts anew with <paramref name="text"/>, which begins at <paramref name="origin"/> of the original.
    /// </summary>
    internal void Load(ReadOnlySpan<char> text, int origin, bool aligned)
    {
        Clear(aligned, text.Length);
        text.CopyTo(_units);
        Length = text.Length;
        if (!aligned)
            return;
        for (int i = 0; i < text.Length; i++)
        {
            // Both halves of a surrogate pair come from the whole pair.
            bool second = i > 0 && char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]);
            bool first = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            _starts[i] = origin + i - (second ? 1 : 0);
            _ends[i] = origin + i + (first ? 2 : 1);
        }
    }

    /// <summary>Rewrites ASCII text in place: −1 drops a unit, anything else replaces it.</summary>
    internal void MapAscii(ReadOnlySpan<sbyte> map)
    {
        int kept = 0;
        char[] units = _units;
        if (!IsAligned)
        {
            for (int i = 0; i < Length; i++)
            {
                int mapped = map[units[i]];
                units[kept] = (char)mapped;
                kept += mapped >= 0 ? 1 : 0;
            }
        }
        else
        {
            for (int i = 0; i < Length; i++)
            {
                int mapped = map[units[i]];
                if (mapped < 0)
                    continue;
                units[kept] = (char)mapped;
                _starts[kept] = _starts[i];
                _ends[kept++] = _ends[i];
            }
        }
        Length = kept;
    }

    /// <summary>Room that a normalizer may use while it writes this text, and may replace by a longer one.</summary>
    internal int[] Scratch { get; set; } = new int[64];

    internal int StartOf(int unit) => _starts[unit];

    internal int EndOf(int unit) => _ends[unit];

    /// <summary>
    /// Adds a code point that comes from the unit <paramref name="from"/> of <paramref name="source"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Append(int codePoint, NormalizedText source, int from)
    {
        if (Length + 2 > _units.Length || (IsAligned && Length + 2 > _starts.Length))
            Reserve(Length + 2);
        if (codePoint < 0x10000)
        {
            AppendUnit((char)codePoint, source, from);
            return;
        }
        AppendUnit((char)(0xD7C0 + (codePoint >> 10)), source, from);
        AppendUnit((char)(0xDC00 + (codePoint & 0x3FF)), source, from);
    }

    /// <summary>Adds units of <paramref name="source"/> as they are.</summary>
    internal void AppendRange(NormalizedText source, int start, int end)
    {
        int count = end - start;
        if (Length + count > _units.Length || (IsAligned && Length + count > _starts.Length))
            Reserve(Length + count);
        source._units.AsSpan(start, count).CopyTo(_units.AsSpan(Length));
        if (IsAligned)
        {
            source._starts.AsSpan(start, count).CopyTo(_starts.AsSpan(Length));
            source._ends.AsSpan(start, count).CopyTo(_ends.AsSpan(Length));
        }
        Length += count;
    }

    /// <summary>Adds a text that comes from the unit <paramref name="from"/> of <paramref name="source"/>.</summary>
    internal void AppendText(ReadOnlySpan<char> text, NormalizedText source, int from)
    {
        for (int i = 0; i < text.Length;)
            Append(CodePoints.Next(text, ref i), source, from);
    }

    /// <summary>
    /// Room for <paramref name="count"/> units that come one by one from <c>source[from..]</c>, already added.
    /// </summary>
    internal Span<char> AppendOneByOne(NormalizedText source, int from, int count)
    {
        AppendRange(source, from, from + count);
        return _units.AsSpan(Length - count, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendUnit(char unit, NormalizedText source, int from)
    {
        _units[Length] = unit;
        if (IsAligned)
        {
            _starts[Length] = source._starts[from];
            _ends[Length] = source._ends[from];
        }
        Length++;
    }

    private void Reserve(int capacity)
    {
        budget.CheckLength(capacity);
        int units = Math.Max(capacity, (int)Math.Min(_units.Length * 2L, Array.MaxLength));
        if (_units.Length < capacity)
            Array.Resize(ref _units, units);
        if (IsAligned && _starts.Length < _units.Length)
        {
            Array.Resize(ref _starts, _units.Length);
            Array.Resize(ref _ends, _units.Length);
        }
    }
}
