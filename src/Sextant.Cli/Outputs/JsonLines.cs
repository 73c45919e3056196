using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sextant.Cli.Outputs;

/// <summary>Writes one JSON object a line.</summary>
internal sealed class JsonLines : IDisposable
{
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 12);

    public JsonLines(Stream output)
    {
        _output = new CleanStream(output);
        // Leaves 今 readable; the output is no HTML.
        Writer = new Utf8JsonWriter(_buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Where to write the fields between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>Begins a line with what all lines have.</summary>
    public void Begin(long index, TextReport report)
    {
        Writer.WriteStartObject();
        Writer.WriteNumber("index"u8, index);
        Writer.WriteNumber("tokens"u8, report.Tokens);
        Writer.WriteNumber("truncated"u8, report.Truncated);
        Writer.WriteNumber("unknown"u8, report.Unknown);
    }

    public void End()
    {
        Writer.WriteEndObject();
        Writer.Flush();
        _output.Write(_buffer.WrittenSpan);
        _output.Write("\n"u8);
        _buffer.ResetWrittenCount();
        Writer.Reset();
    }

    public void Dispose() => Writer.Dispose();
}
