using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>Reads a tokenizer.json: the vocabulary straight from the bytes, the small rest as elements.</summary>
internal static class TokenizerJson
{
    internal static TokenizerParts Read(string file)
    {
        byte[] bytes = TextFile.Read(file);
        try
        {
            return Read(file, TextFile.WithoutMark(bytes));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader says where; escapes of lone surrogates come as InvalidOperationException.
            throw new InvalidModelException(file, $"is not valid JSON: {error.Message}", error);
        }
    }

    private static TokenizerParts Read(string file, ReadOnlySpan<byte> json)
    {
        ModelLists lists = ModelLists.Take(file, ref json);
        ComponentFields top = ComponentFields.Of(file, "", JsonElement.Parse(json));
        top.AllowOnly("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
            "post_processor", "decoder", "model");
        if (top.Optional("version") is not null && top.Text("version") != "1.0")
            throw top.Refusal("version", $"'{ComponentFields.Short(top.Text("version"))}'", "1.0");

        ComponentFields model = Section(top, "model") ?? throw top.Refusal("model", "missing or null", "an object");
        TokenModel tokens = ComponentCatalog.ReadModel(new ModelFields(model, lists));
        ComponentFields? normalizer = Section(top, "normalizer"), preTokenizer = Section(top, "pre_tokenizer");
        return new TokenizerParts(file)
        {
            Model = tokens,
            Normalizers = ComponentCatalog.ReadNormalizers(normalizer),
            Bert = normalizer?.Is("BertNormalizer") == true ? BertNormalizer.ReadFlags(normalizer) : null,
            PreTokenizers = ComponentCatalog.ReadPreTokenizers(preTokenizer),
            ByteLevel = preTokenizer?.Is("ByteLevel") == true ? ByteLevelPreTokenizer.ReadFlags(preTokenizer) : null,
            PostProcessor = ComponentCatalog.ReadPostProcessor(Section(top, "post_processor")),
            Decoder = ComponentCatalog.ReadDecoder(Section(top, "decoder")),
            AddedTokens = AddedTokensSection.Read(top, tokens.Vocabulary),
            Truncation = LengthSections.ReadTruncation(Section(top, "truncation")),
            Padding = LengthSections.ReadPadding(Section(top, "padding")),
            Notes = top.Reading.Notes,
        };
    }

    private static ComponentFields? Section(ComponentFields top, string name) =>
        top.Optional(name) is JsonElement section ? top.Inner(section, name) : null;
}
