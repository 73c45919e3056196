using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// Applies a <see cref="CharacterMap"/> as the reference does: to a whole grapheme cluster of fewer than six bytes,
/// which the rule of its beginning replaces, and otherwise code point by code point.
/// </summary>
internal sealed class Precompiled : Normalizer
{
    // A cluster that has grown to the limit may still take one code point, which the longest has four bytes for.
    private const int LongestCluster = 5, MaxBytes = 4;

    private readonly CharacterMap _map;
    private readonly bool[] _keepsAscii = new bool[128];

    private Precompiled(CharacterMap map)
    {
        _map = map;
        bool keepsWords = true;
        for (int unit = 0; unit < _keepsAscii.Length; unit++)
        {
            bool maps = map.TryMap([(byte)unit], out ReadOnlySpan<char> mapped);
            _keepsAscii[unit] = !maps || (mapped.Length == 1 && mapped[0] == unit);
            bool isWord = char.IsAsciiLetterOrDigit((char)unit);
            if (maps && (isWord || unit == ' '))
                keepsWords &= mapped.Length == 1 && (isWord ? char.IsAsciiLetterOrDigit(mapped[0]) : mapped[0] == ' ');
        }
        WorksInParts = keepsWords;
    }

    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect("precompiled_charsmap");
        steps.Add(new Precompiled(CharacterMap.Read(fields)));
    }

    internal override bool WorksInParts { get; }

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        var output = new Output(new FormOutput(source, destination, composed: false));
        Span<byte> bytes = stackalloc byte[LongestCluster + MaxBytes];
        for (int i = 0; i < units.Length;)
        {
            int end = GraphemeClusters.EndOf(units, i), length = 0, count = 0;
            if (end == i + 1 && units[i] < 0x80 && _keepsAscii[units[i]])
            {
                output.Add(units[i++]);
                continue;
            }
            for (int at = i; at < end && length <= LongestCluster; count++)
                length += new Rune(CodePoints.Next(units, ref at)).EncodeToUtf8(bytes[length..]);
            if (length <= LongestCluster && _map.TryMap(bytes[..length], out ReadOnlySpan<char> whole))
            {
                output.Replace(count, whole);
                i = end;
                continue;
            }
            while (i < end)
            {
                int codePoint = CodePoints.Next(units, ref i);
                length = new Rune(codePoint).EncodeToUtf8(bytes);
                if (_map.TryMap(bytes[..length], out ReadOnlySpan<char> mapped))
                    output.Replace(1, mapped);
                else
                    output.Add(codePoint);
            }
        }
        output.Complete();
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        // Carriage return and line feed are one cluster; a rule for one of them alone would not be the same.
        return _keepsAscii[unit];
    }

    /// <summary>
    /// Counts what the code points that come out stand for. What is removed is counted with the code point before it,
    /// and not at all at the beginning, so origins move there: the reference's offsets do the same.
    /// </summary>
    private ref struct Output(FormOutput output)
    {
        private FormOutput _output = output;
        private int _codePoint = -1, _change;

        internal void Add(int codePoint, int change = 0)
        {
            if (_codePoint >= 0)
                _output.Add(_codePoint, 0, _change);
            (_codePoint, _change) = (codePoint, change);
        }

        /// <summary>Puts a text in place of the next <paramref name="count"/> code points.</summary>
        internal void Replace(int count, ReadOnlySpan<char> text)
        {
            for (int i = 0; i < text.Length; count--)
                Add(CodePoints.Next(text, ref i), count > 0 ? 0 : 1);
            if (_codePoint >= 0 && count > 0)
                _change -= count;
        }

        internal void Complete()
        {
            if (_codePoint >= 0)
                _output.Add(_codePoint, 0, _change);
            _output.Complete();
        }
    }
}
