namespace Sextant.Tests.Passages;

/// <summary>A pattern repeated, without the memory for it.</summary>
internal sealed class RepeatedText(string pattern, long length) : TextReader
{
    private long _position;

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        int count = (int)Math.Min(Math.Min(buffer.Length, 5000), length - _position);
        for (int i = 0; i < count; i++)
            buffer[i] = pattern[(int)((_position + i) % pattern.Length)];
        _position += count;
        return count;
    }
}
