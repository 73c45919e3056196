using System.Text;

namespace Sextant.Cli.Outputs;

/// <summary>
/// UTF-8 on its way to a terminal, or JSON: unsafe characters are escaped (<see cref="TerminalText"/>).
/// </summary>
/// <remarks>
/// Line feeds and tabs pass. In JSON an unsafe character can only stand in a string, and its escape means the same.
/// Bytes that are no UTF-8, which some terminals take for controls, become U+FFFD.
/// </remarks>
internal sealed class CleanStream(Stream output) : Stream
{
    private readonly byte[] _half = new byte[3]; // a sequence whose end comes with the next write
    private int _halfLength;

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
        if (_halfLength > 0)
        {
            byte[] joined = [.. _half.AsSpan(0, _halfLength), .. bytes];
            _halfLength = 0;
            Write(joined);
            return;
        }
        int clean = 0;
        for (int i = 0; i < bytes.Length;)
        {
            if (bytes[i] is (>= 0x20 and < 0x7F) or (byte)'\n' or (byte)'\t')
            {
                i++;
                continue;
            }
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(bytes[i..], out Rune rune, out int length);
            if (status == System.Buffers.OperationStatus.NeedMoreData)
            {
                output.Write(bytes[clean..i]);
                bytes[i..].CopyTo(_half);
                _halfLength = bytes.Length - i;
                return;
            }
            bool isText = status == System.Buffers.OperationStatus.Done;
            if (!isText || (rune.IsBmp && TerminalText.IsUnsafe((char)rune.Value)))
            {
                output.Write(bytes[clean..i]);
                output.Write(isText ? Encoding.ASCII.GetBytes(TerminalText.Escape((char)rune.Value)) : "\uFFFD"u8);
                clean = i + length;
            }
            i += length;
        }
        output.Write(bytes[clean..]);
    }

    public override void Flush() => output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
