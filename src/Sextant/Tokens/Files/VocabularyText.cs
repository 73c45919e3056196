using System.Text;
using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// Reads a vocab.txt, a token per line, and the keys of tokenizer_config.json that tell how BERT uses it.
/// </summary>
internal static class VocabularyText
{
    internal static TokenizerParts Read(string file, BertSettings settings)
    {
        ReadOnlySpan<byte> text = TextFile.WithoutMark(TextFile.Read(file));
        var builder = new VocabularyBuilder(file);
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.EndsWith("\r"u8))
                line = line[..^1];
            builder.Add(Encoding.UTF8.GetChars(line, builder.Room(line.Length)), builder.Count);
        }
        if (builder.Count == 0)
            throw new InvalidModelException(file, "is empty; a vocabulary has a token per line.");
        var model = new WordPiece(new Vocabulary(builder), settings.UnknownToken, "##", 100, file);
        var normalizers = new List<Normalizer>();
        BertNormalizer.AddSteps(
            normalizers, clean: true, settings.Ideographs, settings.StripAccents, settings.Lowercase);

        var added = new List<AddedToken>();
        foreach (string content in settings.SpecialTokens())
        {
            if (model.Vocabulary.TryGetId(content, out int id) && !added.Exists(token => token.Id == id))
                added.Add(new AddedToken(content, id, true, false, false, false, false));
        }
        return new TokenizerParts(file)
        {
            Model = model,
            Normalizers = [.. normalizers],
            PreTokenizers = [new BertPreTokenizer()],
            PostProcessor = BertProcessing.Frame(
                Required(model.Vocabulary, settings.ClassToken, file),
                Required(model.Vocabulary, settings.SeparatorToken, file)),
            Decoder = new WordPieceDecoder("##", cleanup: true),
            AddedTokens = added,
        };
    }

    private static int Required(Vocabulary vocabulary, string token, string file) =>
        vocabulary.TryGetId(token, out int id)
            ? id
            : throw new InvalidModelException(file, $"has no line '{token}'; BERT's frame needs it.");
}

/// <summary>How BERT uses a bare vocabulary; the defaults are BERT's.</summary>
internal sealed record BertSettings
{
    internal bool Lowercase { get; init; } = true;

    internal bool Ideographs { get; init; } = true;

    internal bool? StripAccents { get; init; }

    internal string UnknownToken { get; init; } = "[UNK]";

    internal string SeparatorToken { get; init; } = "[SEP]";

    internal string PaddingToken { get; init; } = "[PAD]";

    internal string ClassToken { get; init; } = "[CLS]";

    internal string MaskToken { get; init; } = "[MASK]";

    internal string[] SpecialTokens() => [UnknownToken, SeparatorToken, PaddingToken, ClassToken, MaskToken];

    /// <summary>Reads tokenizer_config.json; keys that do not concern the words are left alone.</summary>
    internal static BertSettings Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(TextFile.WithoutMark(TextFile.Read(file)).ToArray());
            ComponentFields fields = ComponentFields.Of(file, "tokenizer_config", document.RootElement);
            if (fields.OptionalFlag("do_basic_tokenize") == false)
                throw fields.Refusal("do_basic_tokenize", "false", "true, or a tokenizer.json beside it");
            var defaults = new BertSettings();
            return new BertSettings
            {
                Lowercase = fields.OptionalFlag("do_lower_case") ?? true,
                Ideographs = fields.OptionalFlag("tokenize_chinese_chars") ?? true,
                StripAccents = fields.OptionalFlag("strip_accents"),
                UnknownToken = Token(fields, "unk_token", defaults.UnknownToken),
                SeparatorToken = Token(fields, "sep_token", defaults.SeparatorToken),
                PaddingToken = Token(fields, "pad_token", defaults.PaddingToken),
                ClassToken = Token(fields, "cls_token", defaults.ClassToken),
                MaskToken = Token(fields, "mask_token", defaults.MaskToken),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidModelException(file, $"is not valid JSON: {error.Message}", error);
        }
    }

    // Either the text itself or an object that has it as its content.
    private static string Token(ComponentFields fields, string name, string otherwise)
    {
        if (fields.Optional(name) is not JsonElement token)
            return otherwise;
        return token.ValueKind == JsonValueKind.Object ? fields.Inner(token, name).Text("content") : fields.Text(name);
    }
}
