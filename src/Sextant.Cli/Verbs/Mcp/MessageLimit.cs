namespace Sextant.Cli.Verbs.Mcp;

/// <summary>Lines of a client: the stream ends where one is longer than any message, before it fills memory.</summary>
/// <param name="inner">What the client writes.</param>
/// <param name="maxBytes">Most bytes of a line.</param>
/// <param name="beforeEnd">What is waited for where the client's stream has ended, before that is said.</param>
internal sealed class MessageLimit(Stream inner, int maxBytes, Func<Task> beforeEnd) : Stream
{
    private long _line;

    /// <summary>Whether a line was longer.</summary>
    public bool IsExceeded { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(buffer.AsSpan(offset, count),
        IsExceeded ? 0 : inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = IsExceeded ? 0 : await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read == 0 && buffer.Length > 0 && !IsExceeded)
            await beforeEnd().WaitAsync(cancellationToken).ConfigureAwait(false);
        return Count(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(ReadOnlySpan<byte> buffer, int read)
    {
        int end = buffer[..read].LastIndexOf((byte)'\n');
        _line = end < 0 ? _line + read : read - end - 1;
        IsExceeded |= _line > maxBytes;
        return IsExceeded ? 0 : read;
    }
}
