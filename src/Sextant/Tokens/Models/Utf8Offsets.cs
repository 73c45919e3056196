using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// From positions counted in UTF-8 bytes to the UTF-16 units of the code points that they are in; positions must not go
/// back.
/// </summary>
internal ref struct Utf8Offsets(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _unit, _nextUnit;
    private int _nextByte;

    /// <summary>The units of the code points that the bytes from start to end belong to.</summary>
    internal (int Start, int End) Units(int start, int end)
    {
        Advance(start);
        int first = _unit;
        Advance(end - 1);
        return (first, _nextUnit);
    }

    private void Advance(int position)
    {
        while (_nextByte <= position && _nextUnit < _text.Length)
        {
            _unit = _nextUnit;
            _nextByte += new Rune(CodePoints.Next(_text, ref _nextUnit)).Utf8SequenceLength;
        }
    }
}
