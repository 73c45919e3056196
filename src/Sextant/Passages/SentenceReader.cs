namespace Sextant.Passages;

/// <summary>Reads text as a stream of sentences and headings, with the white space between them.</summary>
/// <remarks>
/// The text slides through one window of bounded size, so a file of any length costs the same memory, and each
/// character is looked at a bounded number of times. Spans are valid until the next call of <see cref="Read"/>.
/// </remarks>
internal sealed class SentenceReader
{
    private const int LookAhead = 256;

    private readonly TextReader _reader;
    private readonly LineStarts _lines;
    private readonly int _limit;
    private readonly char[] _window;
    private int _position; // of the first character not yet given out
    private int _end;      // of the characters in the window
    private bool _ended;   // the reader has no more
    private bool _fenced;  // inside a block of code, where '#' begins a comment
    private int _gapStart;
    private int _textStart;
    private int _nextLine = 1;
    private long _nextStart;

    /// <param name="reader">The text.</param>
    /// <param name="lines">Which lines begin something new.</param>
    /// <param name="limit">Maximum number of characters of a sentence.</param>
    public SentenceReader(TextReader reader, LineStarts lines, int limit)
    {
        (_reader, _lines, _limit) = (reader, lines, limit);
        // Four times what a step needs: moving the rest to the front then costs less than reading what follows it.
        _window = new char[Math.Max(1 << 15, 4 * ((2 * limit) + LookAhead))];
    }

    /// <summary>The white space before the sentence, complete unless <see cref="IsFar"/>.</summary>
    public ReadOnlySpan<char> Gap => _window.AsSpan(_gapStart, _textStart - _gapStart);

    /// <summary>The sentence, or the heading; it neither begins nor ends with white space.</summary>
    public ReadOnlySpan<char> Text => _window.AsSpan(_textStart, _position - _textStart);

    /// <summary>Position of the sentence's first character in the text.</summary>
    public long Start { get; private set; }

    /// <summary>Line of the sentence's first character, counted from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The sentence is a heading.</summary>
    public bool IsHeading { get; private set; }

    /// <summary>A blank line, a heading or nothing stands before the sentence.</summary>
    public bool BeginsParagraph { get; private set; }

    /// <summary>There is so much white space before the sentence that no passage can reach over it.</summary>
    public bool IsFar { get; private set; }

    /// <summary>Goes to the next sentence; false at the end of the text.</summary>
    public bool Read()
    {
        bool first = _nextStart == 0;
        bool afterHeading = IsHeading;
        int firstLine = _nextLine;
        IsFar = false;
        int white;
        while (true)
        {
            Fill(_limit + LookAhead);
            ReadOnlySpan<char> ahead = _window.AsSpan(_position, _end - _position);
            white = ahead.Length - ahead.TrimStart().Length;
            if (white <= _limit && white < ahead.Length)
                break;
            if (white == ahead.Length && _ended)
                return false;
            IsFar = true;
            Pass(white);
        }
        Fill(white + _limit + LookAhead);
        _gapStart = _position;
        Pass(white);
        _textStart = _position;
        (Start, Line) = (_nextStart, _nextLine);
        bool lineStart = first || _nextLine > firstLine;
        BeginsParagraph = first || afterHeading || _nextLine > firstLine + 1;

        ReadOnlySpan<char> text = _window.AsSpan(_position, _end - _position);
        Pass(SentenceLength(text, lineStart));
        return true;
    }

    private int SentenceLength(ReadOnlySpan<char> text, bool lineStart)
    {
        int limit = Math.Min(_limit, text.Length);
        IsHeading = false;
        if (lineStart && _lines.IsFence(text))
        {
            _fenced = !_fenced;
            int end = text[..limit].IndexOf('\n');
            return text[..(end < 0 ? limit : end)].TrimEnd().Length;
        }
        int heading = lineStart && !_fenced ? _lines.HeadingLength(text, BeginsParagraph, limit) : 0;
        IsHeading = heading > 0;
        return IsHeading ? heading : Sentences.FirstLength(text, limit, _lines);
    }

    private void Pass(int characters)
    {
        _nextLine += _window.AsSpan(_position, characters).Count('\n');
        _nextStart += characters;
        _position += characters;
    }

    // Makes that many characters available after the position, where the text has them.
    private void Fill(int characters)
    {
        if (_end - _position >= characters || _ended)
            return;
        _window.AsSpan(_position, _end - _position).CopyTo(_window);
        (_position, _end) = (0, _end - _position);
        while (_end < _window.Length && !_ended)
        {
            int read = _reader.Read(_window.AsSpan(_end));
            _end += read;
            _ended = read == 0;
        }
    }
}
