namespace Sextant.Cli.Outputs;

/// <summary>The program that reads our output has gone. Not an error: it has seen enough.</summary>
internal sealed class BrokenPipeException(IOException inner) : Exception(inner.Message, inner);

/// <summary>Standard output with a buffer, which tells a reader that has gone from a failure.</summary>
/// <remarks>Disposing writes out the buffer and leaves the inner stream open.</remarks>
internal sealed class ResultStream(Stream output) : Stream
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _used;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        if (_used + bytes.Length > _buffer.Length)
            Send();
        if (bytes.Length > _buffer.Length)
        {
            Send(bytes);
            return;
        }
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    public override void Flush()
    {
        Send();
        Guarded(output, static (stream, _) => stream.Flush(), default);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _used > 0)
            Flush();
        base.Dispose(disposing);
    }

    private void Send()
    {
        int used = _used;
        _used = 0;
        Send(_buffer.AsSpan(0, used));
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
            Guarded(output, static (stream, all) => stream.Write(all), bytes);
    }

    private static void Guarded(Stream stream, Action<Stream, ReadOnlySpan<byte>> write, ReadOnlySpan<byte> bytes)
    {
        const int UnixBrokenPipe = 32;                         // EPIPE on Linux, macOS and the BSDs
        const int WindowsBrokenPipe = unchecked((int)0x8007006D);
        const int WindowsNoReader = unchecked((int)0x800700E8);
        try
        {
            write(stream, bytes);
        }
        catch (IOException problem) when (OperatingSystem.IsWindows()
            ? problem.HResult is WindowsBrokenPipe or WindowsNoReader
            : problem.HResult == UnixBrokenPipe)
        {
            throw new BrokenPipeException(problem);
        }
    }
}
