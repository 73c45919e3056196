using System.Globalization;
using System.Text;

namespace Sextant.Tokens;

/// <summary>Reads the long lists of a tokenizer.json, nearly all of the file, straight from its bytes.</summary>
/// <remarks>
/// A process that embeds one text spends most of its start here, so this does what the JSON reader does (and refuses
/// what it refuses) without its generic, vectorised machinery, which a cold process would first have to compile.
/// </remarks>
internal ref struct JsonScanner(ReadOnlySpan<byte> json, int start, string section, VocabularyBuilder tokens)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private int _at = start;

    /// <summary>Index of the byte that is read next.</summary>
    internal readonly int Position => _at;

    /// <summary>The next byte that is no white space, without taking it; 0 at the end.</summary>
    internal byte Next()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _at++;
        return _at < _json.Length ? _json[_at] : (byte)0;
    }

    /// <summary>Takes a byte that must come next.</summary>
    internal void Expect(char wanted, string accepted)
    {
        if (Next() != wanted)
            throw Refusal(accepted);
        _at++;
    }

    /// <summary>
    /// Whether another item follows in a list or object that ends with <paramref name="end"/>, which is not taken; the
    /// comma is.
    /// </summary>
    internal bool TakesItem(char end, ref bool isFirst)
    {
        if (Next() == end && isFirst)
            return false;
        if (!isFirst)
        {
            if (Next() == end)
                return false;
            Expect(',', "a comma or the end of the list");
            Next();
        }
        isFirst = false;
        return true;
    }

    /// <summary>Reads a text in quotes into the room of <paramref name="builder"/>; returns its length.</summary>
    internal int ReadToken(VocabularyBuilder builder)
    {
        Expect('"', "a token in quotes");
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

    /// <summary>Reads an id.</summary>
    internal int ReadId()
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

    /// <summary>Reads a finite number.</summary>
    internal double ReadNumber()
    {
        Next();
        if (!ScoreNumber.TryRead(_json[_at..], out double value, out int length))
            throw Refusal("a finite number");
        _at += length;
        return value;
    }

    internal readonly InvalidModelException Refusal(string accepted)
    {
        int length = Math.Min(20, Math.Max(0, _json.Length - _at));
        string found = length == 0 ? "the end of the file" : $"'{Encoding.UTF8.GetString(_json.Slice(_at, length))}'";
        return tokens.Refusal($"'{section}', byte {_at}: {found}; accepted: {accepted}.");
    }
}
