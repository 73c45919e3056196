using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Cli.Outputs;

/// <summary>Writes the tokens of texts, as a table or as JSON Lines.</summary>
internal sealed class TokenWriter : IDisposable
{
    private readonly Stream _output;
    private readonly Tokenizer _tokenizer;
    private readonly bool _isJson;
    private readonly bool _showsTruncation;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 14);
    private readonly Utf8JsonWriter _json;

    public TokenWriter(Stream output, Tokenizer tokenizer, bool isJson, bool showsTruncation)
    {
        (_tokenizer, _isJson, _showsTruncation) = (tokenizer, isJson, showsTruncation);
        _output = new CleanStream(output);
        // The relaxed escapes leave 今 readable; the output is no HTML.
        _json = new Utf8JsonWriter(
            _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Writes the tokens of one text.</summary>
    public void Write(long index, TokenBuffer tokens)
    {
        if (_isJson)
            WriteJson(index, tokens);
        else
            WriteTable(index, tokens);
    }

    public void Dispose() => _json.Dispose();

    private void WriteJson(long index, TokenBuffer tokens)
    {
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, index);
        WriteNumbers("ids"u8, tokens.Ids);
        _json.WriteStartArray("tokens"u8);
        foreach (int id in tokens.Ids)
            _json.WriteStringValue(_tokenizer.TokenText(id));
        _json.WriteEndArray();
        WriteNumbers("type_ids"u8, tokens.TypeIds);
        _json.WriteStartArray("offsets"u8);
        foreach ((int Start, int End) offset in tokens.Offsets)
        {
            _json.WriteStartArray();
            _json.WriteNumberValue(offset.Start);
            _json.WriteNumberValue(offset.End);
            _json.WriteEndArray();
        }
        _json.WriteEndArray();
        if (_showsTruncation)
            _json.WriteNumber("truncated"u8, tokens.Truncated);
        _json.WriteEndObject();
        _json.Flush();
        _output.Write(_buffer.WrittenSpan);
        _output.Write("\n"u8);
        _buffer.ResetWrittenCount();
        _json.Reset();
    }

    private void WriteNumbers(ReadOnlySpan<byte> name, ReadOnlySpan<int> numbers)
    {
        _json.WriteStartArray(name);
        foreach (int number in numbers)
            _json.WriteNumberValue(number);
        _json.WriteEndArray();
    }

    private void WriteTable(long index, TokenBuffer tokens)
    {
        var table = new StringBuilder(index > 0 ? "\n" : "");
        string cut = tokens.Truncated > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {tokens.Truncated} cut off")
            : "";
        table.Append(CultureInfo.InvariantCulture,
            $"text {index}: {tokens.Count} tokens{cut}\n      id  type     offset  token\n");
        for (int i = 0; i < tokens.Count; i++)
        {
            string offset = string.Create(
                CultureInfo.InvariantCulture, $"{tokens.Offsets[i].Start}-{tokens.Offsets[i].End}");
            table.Append(CultureInfo.InvariantCulture, $"{tokens.Ids[i],8}{tokens.TypeIds[i],6}{offset,11}  ");
            table.Append(TerminalText.OneLine(_tokenizer.TokenText(tokens.Ids[i]))).Append('\n');
        }
        _output.Write(Encoding.UTF8.GetBytes(table.ToString()));
    }
}
