using System.Text;
using Sextant.Passages;

namespace Sextant.Cli.Inputs;

/// <summary>A stream of text in any encoding, read as UTF-8: by its byte order mark, else as the caller says.</summary>
/// <remarks>Waits for no more bytes than decide about the mark, so that a person may type.</remarks>
internal sealed class TextStream : Stream
{
    private readonly Stream _inner;
    private readonly Encoding _unmarked;
    private byte[]? _head;
    private int _served;
    private Stream? _decoded;

    /// <param name="inner">At its beginning; disposed with this stream.</param>
    /// <param name="unmarked">
    /// The encoding of a text without a mark; null: UTF-8, whose bytes are not looked at.
    /// </param>
    public TextStream(Stream inner, Encoding? unmarked) =>
        (_inner, _unmarked) = (inner, unmarked ?? ByteOrderMark.Utf8);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The text as characters; bytes that are none are an error.</summary>
    public static StreamReader ReaderOf(Stream stream, Encoding? unmarked) =>
        new(new TextStream(stream, unmarked), ByteOrderMark.Utf8, detectEncodingFromByteOrderMarks: false);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="DecoderFallbackException">Bytes are not of the encoding, where that is not UTF-8.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_head is null)
            Begin();
        if (_decoded is not null)
            return _decoded.Read(buffer);
        int count = Math.Min(buffer.Length, _head!.Length - _served);
        if (count == 0)
            return _inner.Read(buffer);
        _head.AsSpan(_served, count).CopyTo(buffer);
        _served += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Begin()
    {
        Span<byte> head = stackalloc byte[ByteOrderMark.MaxLength];
        int length = 0;
        while (length < head.Length && ByteOrderMark.MayContinue(head[..length]))
        {
            int read = _inner.Read(head[length..]);
            if (read == 0)
                break;
            length += read;
        }
        (Encoding encoding, int mark) = ByteOrderMark.Find(head[..length], _unmarked);
        _head = head[mark..length].ToArray();
        if (encoding.CodePage != ByteOrderMark.Utf8.CodePage)
        {
            var rest = new TextStream(_inner, null) { _head = _head };
            _decoded = Encoding.CreateTranscodingStream(rest, encoding, ByteOrderMark.Utf8);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
