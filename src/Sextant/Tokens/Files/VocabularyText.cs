using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// Reads a vocab.txt, a token per line, as BERT uses it.
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
        var vocabulary = new Vocabulary(builder);
        var unknown = new UnknownWord(vocabulary, settings.UnknownToken, file);
        var model = new WordPiece(vocabulary, unknown, "##", 100);
        var added = new AddedTokenList(file, model.Vocabulary);
        foreach (string content in settings.SpecialTokens())
        {
            if (model.Vocabulary.TryGetId(content, out _) && !added.Contains(content))
                added.Add(AddedTokenFlags.SpecialToken(content));
        }
        return new TokenizerParts(file)
        {
            Model = model,
            Normalizers = [.. BertNormalizer.Steps(new BertNormalizerFlags(
                Clean: true, settings.Ideographs, settings.StripAccents, settings.Lowercase))],
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

    /// <summary>What the files beside the vocabulary say of it.</summary>
    internal static BertSettings Of(TokenizerConfig config)
    {
        if (config.Flag("do_basic_tokenize") == false)
            throw config.Refusal("do_basic_tokenize", "false", "true, or a tokenizer.json beside it");
        var defaults = new BertSettings();
        return new BertSettings
        {
            Lowercase = config.Flag("do_lower_case") ?? true,
            Ideographs = config.Flag("tokenize_chinese_chars") ?? true,
            StripAccents = config.Flag("strip_accents"),
            UnknownToken = config.Text("unk_token") ?? defaults.UnknownToken,
            SeparatorToken = config.Text("sep_token") ?? defaults.SeparatorToken,
            PaddingToken = config.Text("pad_token") ?? defaults.PaddingToken,
            ClassToken = config.Text("cls_token") ?? defaults.ClassToken,
            MaskToken = config.Text("mask_token") ?? defaults.MaskToken,
        };
    }
}
