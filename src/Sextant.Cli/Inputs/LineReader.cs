using System.Text;

namespace Sextant.Cli.Inputs;

/// <summary>Reads lines of bytes from a stream, in memory as large as the longest line.</summary>
/// <remarks>
/// A line ends at a line feed, and a carriage return before it belongs to the end. The last line needs no end, and the
/// end of the last line begins no further one. A byte order mark at the beginning is left out; what it or the caller
/// says is UTF-16, or another encoding, is read as UTF-8, which lines then are.
/// </remarks>
internal sealed class LineReader : IDisposable
{
    private const int LongestLine = 1 << 28;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;

    /// <param name="stream">Where to read; disposed with the reader.</param>
    /// <param name="name">What errors call it.</param>
    public LineReader(Stream stream, string name) => (_stream, Name) = (stream, name);

    /// <summary>What errors call the input.</summary>
    public string Name { get; }

    /// <summary>Number of the last line read, counted from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Opens a file, or standard input for "-".</summary>
    /// <param name="path">The file.</param>
    /// <param name="terminal">Has standard input.</param>
    /// <param name="encoding">What text without a byte order mark is in; null: UTF-8.</param>
    public static LineReader Open(string path, Terminal terminal, Encoding? encoding = null)
    {
        if (StandardInput.Is(path))
            return new LineReader(new TextStream(terminal.Input, encoding), StandardInput.Name);
        InputFile.RequireFile(path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        return new LineReader(new TextStream(file, encoding), path);
    }

    /// <summary>Reads a line; it is valid until the next call. False at the end.</summary>
    public bool Read(out ReadOnlyMemory<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0 || _ended)
            {
                int length = feed >= 0 ? searched + feed : _end - _start;
                line = _buffer.AsMemory(_start, length);
                bool any = feed >= 0 || length > 0;
                _start += feed >= 0 ? length + 1 : length;
                if (line.Span.EndsWith("\r"u8))
                    line = line[..^1];
                Number += any ? 1 : 0;
                return any;
            }
            searched = _end - _start;
            Fill();
        }
    }

    /// <summary>The text of the line just read.</summary>
    /// <exception cref="InputException">It is not UTF-8.</exception>
    public string Decode(ReadOnlySpan<byte> line)
    {
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException problem)
        {
            throw new InputException(
                Name, Number, FormattableString.Invariant($"not UTF-8 (at byte {problem.Index} of the line)."));
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine)
                throw new InputException(
                    Name, Number + 1, $"longer than {LongestLine >> 20} MiB; a text of that size cannot be embedded.");
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
        int read;
        try
        {
            read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (DecoderFallbackException problem)
        {
            throw new InputException(Name, Number + 1, $"not the encoding it should be: {problem.Message}");
        }
        _end += read;
        _ended = read == 0;
    }
}
