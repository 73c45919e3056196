using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// Every component that can be read, by the name a tokenizer.json gives it. A new one is one line here and one file.
/// </summary>
internal static class ComponentCatalog
{
    /// <summary>Steps of all sequences together; published files have up to twenty.</summary>
    internal const int StepLimit = 512;

    private static readonly (string Name, Action<ComponentFields, List<Normalizer>> Read)[] Normalizers =
    [
        ("BertNormalizer", BertNormalizer.Read),
        ("ByteLevel", ByteLevelNormalizer.Read),
        ("Lowercase", Lowercase.Read),
        ("NFC", UnicodeForm.ReadNfc),
        ("NFD", UnicodeForm.ReadNfd),
        ("NFKC", UnicodeForm.ReadNfkc),
        ("NFKD", UnicodeForm.ReadNfkd),
        ("Nmt", Nmt.Read),
        ("Precompiled", Precompiled.Read),
        ("Prepend", Prepend.Read),
        ("Replace", Replace.Read),
        ("Strip", Strip.Read),
        ("StripAccents", RemoveMarks.ReadStripAccents),
        ("Sequence", (fields, steps) => ReadSequence(fields, "normalizers", Normalizers!, steps)),
    ];

    private static readonly (string Name, Action<ComponentFields, List<PreTokenizer>> Read)[] PreTokenizers =
    [
        ("BertPreTokenizer", BertPreTokenizer.Read),
        ("ByteLevel", ByteLevelPreTokenizer.Read),
        ("CharDelimiterSplit", CodePointSplit.ReadCharDelimiterSplit),
        ("Digits", CodePointSplit.ReadDigits),
        ("FixedLength", FixedLength.Read),
        ("Metaspace", Metaspace.Read),
        ("Punctuation", CodePointSplit.ReadPunctuation),
        ("Split", PatternSplit.Read),
        ("UnicodeScripts", ScriptSplit.Read),
        ("Whitespace", WhitespacePreTokenizer.Read),
        ("WhitespaceSplit", CodePointSplit.ReadWhitespaceSplit),
        ("Sequence", (fields, steps) => ReadSequence(fields, "pretokenizers", PreTokenizers!, steps)),
    ];

    private static readonly (string Name, Func<ModelFields, TokenModel> Read)[] Models =
    [
        ("BPE", Bpe.Read),
        ("Unigram", Unigram.Read),
        ("WordLevel", WordLevel.Read),
        ("WordPiece", WordPiece.Read),
    ];

    private static readonly (string Name, Func<ComponentFields, PostProcessor> Read)[] PostProcessors =
    [
        ("BertProcessing", BertProcessing.Read),
        ("ByteLevel", OffsetTrimming.ReadByteLevel),
        ("RobertaProcessing", OffsetTrimming.ReadRoberta),
        ("Sequence", PostProcessorSequence.Read),
        ("TemplateProcessing", TemplateProcessing.Read),
    ];

    private static readonly (string Name, Func<ComponentFields, Decoder> Read)[] Decoders =
    [
        ("BPEDecoder", BpeDecoder.Read),
        ("ByteFallback", ByteFallbackDecoder.Read),
        ("ByteLevel", ByteLevelDecoder.Read),
        ("CTC", CtcDecoder.Read),
        ("Fuse", FuseDecoder.Read),
        ("Metaspace", MetaspaceDecoder.Read),
        ("Replace", ReplaceDecoder.Read),
        ("Sequence", DecoderSequence.Read),
        ("Strip", StripDecoder.Read),
        ("WordPiece", WordPieceDecoder.Read),
    ];

    internal static Normalizer[] ReadNormalizers(ComponentFields? fields) => ReadSteps(Normalizers, fields);

    internal static PreTokenizer[] ReadPreTokenizers(ComponentFields? fields) => ReadSteps(PreTokenizers, fields);

    internal static TokenModel ReadModel(ModelFields fields) => Find(Models, fields.Type, fields.Fields)(fields);

    internal static PostProcessor ReadPostProcessor(ComponentFields? fields) =>
        fields is null ? PostProcessor.None : Find(PostProcessors, fields.Text("type"), fields)(fields);

    internal static Decoder? ReadDecoder(ComponentFields? fields) =>
        fields is null ? null : Find(Decoders, fields.Text("type"), fields)(fields);

    private static T[] ReadSteps<T>((string, Action<ComponentFields, List<T>>)[] catalog, ComponentFields? fields)
    {
        var steps = new List<T>();
        if (fields is not null)
            Find(catalog, fields.Text("type"), fields)(fields, steps);
        return [.. steps];
    }

    private static void ReadSequence<T>(
        ComponentFields fields, string list, (string, Action<ComponentFields, List<T>>)[] catalog, List<T> steps)
    {
        fields.Expect(list);
        int index = 0;
        foreach (JsonElement item in fields.Element(list, JsonValueKind.Array, "a list of components").EnumerateArray())
        {
            ComponentFields step = fields.Inner(item, $"{list}[{index++}]");
            Find(catalog, step.Text("type"), step)(step, steps);
            if (steps.Count > StepLimit)
                throw fields.Refusal(list, $"more than {StepLimit} steps in all", $"up to {StepLimit} steps");
        }
    }

    private static T Find<T>((string Name, T Read)[] catalog, string type, ComponentFields fields)
    {
        foreach ((string name, T read) in catalog)
        {
            if (name == type)
                return read;
        }
        string supported = string.Join(", ", Array.ConvertAll(catalog, entry => entry.Name));
        throw new InvalidModelException(fields.File, $"'{fields.Path}' is a '{type}'; supported: {supported}.");
    }
}
