namespace Sextant.Passages;

/// <summary>
/// Text whose front matter (a block between lines of three dashes or pluses at its very beginning) is white space:
/// settings for programs are no passage. Positions and lines of what follows stay as they are.
/// </summary>
internal sealed class FrontMatter : TextReader
{
    // More is no front matter: the text just begins with a line.
    private const int MaxLength = 1 << 16;

    private readonly TextReader _text;
    private readonly char[] _head;
    private int _position;

    private FrontMatter(TextReader text, char[] head) => (_text, _head) = (text, head);

    /// <summary>The text without its front matter.</summary>
    public static TextReader Without(TextReader text)
    {
        char[] head = new char[MaxLength];
        int length = 0;
        for (int read; length < 3 && (read = text.Read(head, length, 3 - length)) > 0;)
            length += read;
        if (head.AsSpan(0, length) is not ("---" or "+++"))
            return new FrontMatter(text, head[..length]);
        length += text.ReadBlock(head, length, head.Length - length);
        int end = EndOf(head.AsSpan(0, length));
        foreach (ref char c in head.AsSpan(0, end))
            c = c is '\n' or '\r' ? c : ' ';
        return new FrontMatter(text, head[..length]);
    }

    public override int Read(Span<char> buffer)
    {
        if (_position == _head.Length)
            return _text.Read(buffer);
        int count = Math.Min(buffer.Length, _head.Length - _position);
        _head.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    // The position after the closing line; 0 where there is none.
    private static int EndOf(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> fence = text[..3];
        int line = text.IndexOf('\n') + 1;
        if (line == 0 || !text[3..line].IsWhiteSpace())
            return 0;
        while (line < text.Length)
        {
            int length = text[line..].IndexOf('\n');
            ReadOnlySpan<char> one = (length < 0 ? text[line..] : text.Slice(line, length)).TrimEnd();
            if (one.SequenceEqual(fence) || (fence is "---" && one is "..."))
                return line + one.Length;
            if (length < 0)
                return 0;
            line += length + 1;
        }
        return 0;
    }
}
