using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>Reads the vocabulary of a tokenizer.json, nearly all of the file, straight from its bytes.</summary>
/// <remarks>
/// A process that embeds one text spends most of its start here, so this does what the JSON reader does (and refuses
/// what it refuses) without its generic, vectorised machinery, which a cold process would first have to compile.
/// </remarks>
internal ref struct VocabularyScanner(ReadOnlySpan<byte> json, VocabularyBuilder vocabulary)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    /// <summary>Index behind the opening brace of <c>model.vocab</c>, or −1 where that is no object.</summary>
    internal static int Locate(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            bool inModel = reader.CurrentDepth == 1 && reader.ValueTextEquals("model"u8);
            bool isVocabulary = reader.CurrentDepth == 2 && reader.ValueTextEquals("vocab"u8);
            reader.Read();
            if (isVocabulary && reader.TokenType == JsonTokenType.StartObject)
                return (int)reader.BytesConsumed;
            if (!inModel || reader.TokenType != JsonTokenType.StartObject)
                reader.Skip();
        }
        return -1;
    }

    /// <summary>Reads tokens and ids from behind the opening brace on; returns the index of the closing one.</summary>
    internal int Read(int start)
    {
        _at = start;
        if (Next() == '}')
            return _at;
        while (true)
        {
            Expect('"', "a token in quotes");
            int length = ReadToken(vocabulary);
            if (Next() != ':')
                throw Refusal("a colon");
            _at++;
            vocabulary.Add(length, ReadId());
            byte follows = Next();
            if (follows == '}')
                return _at;
            Expect(',', "a comma or the closing brace");
            Next();
        }
    }

    private byte Next()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _at++;
        return _at < _json.Length ? _json[_at] : (byte)0;
    }

    private void Expect(char wanted, string accepted)
    {
        if (Next() != wanted)
            throw Refusal(accepted);
        _at++;
    }

    private int ReadToken(VocabularyBuilder builder)
    {
        int start = _at, end = start;
        while (end < _json.Length && _json[end] != '"')
        {
            if (_json[end] < 0x20)
            {
                _at = end;
                throw Refusal("no control characters in a token");
            }
            end += _json[end] == '\\' ? 2 : 1;
        }
        if (end >= _json.Length)
            throw Refusal("a token that ends");
        ReadOnlySpan<byte> raw = _json[start..end];
        _at = end + 1;
        // UTF-16 never has more units than UTF-8, or an escape, has bytes.
        Span<char> room = builder.Room(raw.Length);
        int length = 0;
        while (length < raw.Length && raw[length] < 0x80 && raw[length] != '\\')
        {
            room[length] = (char)raw[length];
            length++;
        }
        if (length == raw.Length)
            return length;
        int from = length;
        while (from < raw.Length)
        {
            if (raw[from] == '\\')
            {
                room[length++] = Unescape(raw, ref from);
                continue;
            }
            int stop = raw[from..].IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = stop < 0 ? raw[from..] : raw.Slice(from, stop);
            length += Encoding.UTF8.GetChars(plain, room[length..]);
            from += plain.Length;
        }
        CheckSurrogates(room[..length]);
        return length;
    }

    private readonly char Unescape(ReadOnlySpan<byte> raw, ref int from)
    {
        byte kind = raw[from + 1];
        from += 2;
        switch (kind)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                return (char)kind;
            case (byte)'b':
                return '\b';
            case (byte)'f':
                return '\f';
            case (byte)'n':
                return '\n';
            case (byte)'r':
                return '\r';
            case (byte)'t':
                return '\t';
            case (byte)'u' when from + 4 <= raw.Length && ushort.TryParse(
                raw.Slice(from, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                from += 4;
                return (char)unit;
            default:
                throw Refusal("JSON's escapes in a token");
        }
    }

    private readonly void CheckSurrogates(ReadOnlySpan<char> token)
    {
        for (int i = 0; i < token.Length;)
        {
            int from = i;
            if (CodePoints.Next(token, ref i) == CodePoints.Replacement && token[from] != CodePoints.Replacement)
                throw Refusal("surrogates in pairs in a token");
        }
    }

    private int ReadId()
    {
        Next();
        int start = _at;
        long id = 0;
        while (_at < _json.Length && _json[_at] is >= (byte)'0' and <= (byte)'9')
            id = Math.Min(id * 10 + (_json[_at++] - '0'), VocabularyBuilder.IdLimit);
        bool padded = _at - start > 1 && _json[start] == '0';
        if (_at == start || padded || id == VocabularyBuilder.IdLimit || Next() is not ((byte)',' or (byte)'}'))
        {
            _at = start;
            throw Refusal($"an id from 0 to {VocabularyBuilder.IdLimit - 1}");
        }
        return (int)id;
    }

    private readonly InvalidModelException Refusal(string accepted)
    {
        int length = Math.Min(20, Math.Max(0, _json.Length - _at));
        string found = length == 0 ? "the end of the file" : $"'{Encoding.UTF8.GetString(_json.Slice(_at, length))}'";
        return vocabulary.Refusal($"'model.vocab', byte {_at}: {found}; accepted: {accepted}.");
    }
}
