using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>Reads a tokenizer.json in one pass: the vocabulary straight from the bytes, the small rest as elements.</summary>
internal static class TokenizerJson
{
    private static readonly string[] Sections =
    [
        "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model",
    ];

    internal static TokenizerParts Read(string file)
    {
        byte[] bytes = TextFile.Read(file);
        try
        {
            return Read(file, TextFile.WithoutMark(bytes));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // The reader says where; invalid surrogate escapes come as InvalidOperationException.
            throw new InvalidModelException(file, $"is not valid JSON as a tokenizer needs it: {error.Message}", error);
        }
    }

    private static TokenizerParts Read(string file, ReadOnlySpan<byte> json)
    {
        var sections = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        ModelFields? modelFields = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidModelException(file, "holds no JSON object; a tokenizer.json is one.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!Sections.Contains(name))
            {
                throw new InvalidModelException(file, $"has the unknown section '{ComponentFields.Short(name)}'; "
                    + $"accepted: {string.Join(", ", Sections)}.");
            }
            reader.Read();
            bool first = name == "model" ? modelFields is null : !sections.ContainsKey(name);
            if (!first)
                throw new InvalidModelException(file, $"has the section '{name}' twice.");
            if (name == "model" && reader.TokenType == JsonTokenType.StartObject)
                modelFields = ReadModel(file, ref reader);
            else
                sections.Add(name, JsonElement.ParseValue(ref reader));
        }
        reader.Read();

        if (modelFields is null)
            throw new InvalidModelException(file, "has no section 'model' that is an object; a tokenizer needs one.");
        var top = new ComponentFields(file, "", sections);
        if (top.Optional("version") is JsonElement version && !(version.ValueKind == JsonValueKind.String && version.ValueEquals("1.0")))
            throw new InvalidModelException(file, $"'version' is {ComponentFields.Describe(version)}; accepted: \"1.0\".");
        TokenModel model = ComponentCatalog.ReadModel(modelFields);
        return new TokenizerParts(file)
        {
            Model = model,
            Normalizers = ComponentCatalog.ReadNormalizers(Section(top, "normalizer")),
            PreTokenizers = ComponentCatalog.ReadPreTokenizers(Section(top, "pre_tokenizer")),
            PostProcessor = ComponentCatalog.ReadPostProcessor(Section(top, "post_processor")),
            Decoder = ComponentCatalog.ReadDecoder(Section(top, "decoder")),
            AddedTokens = AddedTokensSection.Read(file, top.Optional("added_tokens"), model.Vocabulary),
            Truncation = LengthSections.ReadTruncation(Section(top, "truncation")),
            Padding = LengthSections.ReadPadding(Section(top, "padding")),
        };
    }

    private static ComponentFields? Section(ComponentFields top, string name) =>
        top.Optional(name) is JsonElement section ? ComponentFields.Of(top.File, name, section) : null;

    private static ModelFields ReadModel(string file, ref Utf8JsonReader reader)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        VocabularyBuilder? vocabulary = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (fields.ContainsKey(name) || (name == "vocab" && vocabulary is not null))
                throw new InvalidModelException(file, $"'model' has the field '{ComponentFields.Short(name)}' twice.");
            if (name == "vocab" && reader.TokenType == JsonTokenType.StartObject)
                vocabulary = ReadVocabulary(file, ref reader);
            else
                fields.Add(name, JsonElement.ParseValue(ref reader));
        }
        return new ModelFields(new ComponentFields(file, "model", fields), vocabulary);
    }

    private static VocabularyBuilder ReadVocabulary(string file, ref Utf8JsonReader reader)
    {
        var vocabulary = new VocabularyBuilder(file);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // UTF-16 never has more units than UTF-8 (or an escape) has bytes.
            Span<char> room = vocabulary.Room(reader.ValueSpan.Length);
            int length = reader.CopyString(room);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id))
            {
                throw new InvalidModelException(file, $"'model.vocab': the id of token "
                    + $"'{ComponentFields.Short(room[..length].ToString())}' is no whole number of 32 bits; "
                    + $"accepted: 0 to {VocabularyBuilder.IdLimit - 1}.");
            }
            vocabulary.Add(length, id);
        }
        return vocabulary;
    }
}
