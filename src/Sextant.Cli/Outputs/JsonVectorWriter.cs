using System.Buffers;
using System.Text.Json;

namespace Sextant.Cli.Outputs;

/// <summary>
/// One JSON object for each vector: a line each, or all in an array. Floats are the shortest that read back the same.
/// </summary>
internal sealed class JsonVectorWriter : VectorWriter
{
    private readonly Stream _output;
    private readonly VectorEncoding _encoding;
    private readonly bool _isArray;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 14);
    private readonly Utf8JsonWriter _writer;
    private bool _any;

    public JsonVectorWriter(Stream output, VectorEncoding encoding, bool isArray)
    {
        (_output, _encoding, _isArray) = (output, encoding, isArray);
        _writer = new Utf8JsonWriter(_buffer);
    }

    public override void Write(long index, TextReport report, ReadOnlySpan<float> vector)
    {
        if (_isArray)
            _output.Write(_any ? ",\n"u8 : "[\n"u8);
        _any = true;
        _writer.WriteStartObject();
        _writer.WriteNumber("index"u8, index);
        _writer.WriteNumber("tokens"u8, report.Tokens);
        _writer.WriteNumber("truncated"u8, report.Truncated);
        _writer.WriteNumber("unknown"u8, report.Unknown);
        _writer.WriteStartArray("embedding"u8);
        _encoding.WriteJson(vector, _writer);
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
        _output.Write(_buffer.WrittenSpan);
        if (!_isArray)
            _output.Write("\n"u8);
        _buffer.ResetWrittenCount();
        _writer.Reset();
    }

    public override void Finish()
    {
        if (_isArray)
            _output.Write(_any ? "\n]\n"u8 : "[]\n"u8);
    }

    public override void Dispose() => _writer.Dispose();
}
