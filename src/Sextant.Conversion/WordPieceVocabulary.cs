using System.Text;
using System.Text.Json;

namespace Sextant.Conversion;

/// <summary>A vocab.txt, a word a line, and the files of a BERT tokenizer that are made of it.</summary>
internal sealed class WordPieceVocabulary
{
    private static readonly (string Role, string Token)[] Special =
    [
        ("pad_token", "[PAD]"), ("unk_token", "[UNK]"), ("cls_token", "[CLS]"), ("sep_token", "[SEP]"),
        ("mask_token", "[MASK]"),
    ];

    private readonly string[] _words;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly bool _isCased;

    private WordPieceVocabulary(string[] words, bool isCased)
    {
        (_words, _isCased) = (words, isCased);
        for (int id = 0; id < words.Length; id++)
        {
            if (!_ids.TryAdd(words[id], id))
                throw new FormatException($"line {id + 1} has '{words[id]}', which is in line {_ids[words[id]] + 1} "
                    + "too");
        }
        foreach ((_, string token) in Special)
        {
            if (!_ids.ContainsKey(token))
                throw new FormatException($"it has no line '{token}'");
        }
        string? upper = words.FirstOrDefault(word => !word.StartsWith('[') && word.Any(char.IsAsciiLetterUpper));
        if (upper is not null && !isCased)
            throw new FormatException($"it has upper-case words such as '{upper}': it is for texts as they are; say "
                + "so");
    }

    public int Count => _words.Length;

    public int PaddingId => _ids["[PAD]"];

    /// <summary>Reads the words; both kinds of line ends are accepted.</summary>
    /// <param name="text">The file, in UTF-8.</param>
    /// <param name="isCased">Whether texts keep their upper-case letters and accents.</param>
    /// <exception cref="FormatException">It is no vocabulary of a BERT model.</exception>
    public static WordPieceVocabulary Read(ReadOnlySpan<byte> text, bool isCased)
    {
        string all;
        try
        {
            all = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
        }
        catch (DecoderFallbackException problem)
        {
            throw new FormatException("it is no UTF-8", problem);
        }
        List<string> words = [.. all.Split('\n').Select(word => word.EndsWith('\r') ? word[..^1] : word)];
        if (words[^1].Length == 0)
            words.RemoveAt(words.Count - 1);
        return new WordPieceVocabulary([.. words], isCased);
    }

    /// <summary>vocab.txt with line feeds.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Concat(_words.Select(word => word + "\n")));

    /// <summary>special_tokens_map.json.</summary>
    public void WriteSpecialTokens(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteRoles(json);
        json.WriteEndObject();
    }

    /// <summary>tokenizer_config.json.</summary>
    public void WriteConfig(Utf8JsonWriter json, int maxTokens)
    {
        json.WriteStartObject();
        WriteRoles(json);
        json.WriteBoolean("do_lower_case", !_isCased);
        json.WriteNull("strip_accents");
        json.WriteBoolean("tokenize_chinese_chars", true);
        json.WriteNumber("model_max_length", maxTokens);
        json.WriteString("tokenizer_class", "BertTokenizer");
        json.WriteEndObject();
    }

    /// <summary>tokenizer.json.</summary>
    public void WriteTokenizer(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach ((_, string token) in Special.OrderBy(one => _ids[one.Token]))
            WriteAdded(json, token);
        json.WriteEndArray();
        json.WritePropertyName("normalizer");
        json.WriteRawValue(
            $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":{{(_isCased ? "false" : "true")}}}""");
        json.WritePropertyName("pre_tokenizer");
        json.WriteRawValue("""{"type":"BertPreTokenizer"}""");
        WriteTemplate(json);
        json.WritePropertyName("decoder");
        json.WriteRawValue("""{"type":"WordPiece","prefix":"##","cleanup":true}""");
        json.WriteStartObject("model");
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", "[UNK]");
        json.WriteString("continuing_subword_prefix", "##");
        json.WriteNumber("max_input_chars_per_word", 100);
        json.WriteStartObject("vocab");
        for (int id = 0; id < _words.Length; id++)
            json.WriteNumber(_words[id], id);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRoles(Utf8JsonWriter json)
    {
        foreach ((string role, string token) in Special)
            json.WriteString(role, token);
    }

    private void WriteAdded(Utf8JsonWriter json, string token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", _ids[token]);
        json.WriteString("content", token);
        foreach (string switchedOff in (string[])["single_word", "lstrip", "rstrip", "normalized"])
            json.WriteBoolean(switchedOff, false);
        json.WriteBoolean("special", true);
        json.WriteEndObject();
    }

    // [CLS] A [SEP], and B [SEP] of type 1 after it.
    private void WriteTemplate(Utf8JsonWriter json)
    {
        const string One = """{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}""";
        const string Other = """{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}""";
        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        json.WritePropertyName("single");
        json.WriteRawValue($"[{One}]");
        json.WritePropertyName("pair");
        json.WriteRawValue($"[{One},{Other}]");
        json.WriteStartObject("special_tokens");
        foreach (string token in (string[])["[CLS]", "[SEP]"])
        {
            json.WriteStartObject(token);
            json.WriteString("id", token);
            json.WriteStartArray("ids");
            json.WriteNumberValue(_ids[token]);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            json.WriteStringValue(token);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
