namespace Sextant.Tokens;

/// <summary>
/// Puts on top of a tokenizer's own file what transformers puts there when it loads the folder, by tokenizer class;
/// each change is noted.
/// </summary>
internal static class ConfigOverrides
{
    private const string Name = "tokenizer_config.json";

    // Classes whose constructor sets the BertNormalizer's switches, to its defaults where the file does not say.
    private static readonly string[] s_bertClasses =
    [
        "BertTokenizer", "ConvBertTokenizer", "DPRContextEncoderTokenizer", "DPRQuestionEncoderTokenizer",
        "DPRReaderTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "FunnelTokenizer", "LayoutLMTokenizer",
        "LxmertTokenizer", "MPNetTokenizer", "MobileBertTokenizer", "RealmTokenizer", "RetriBertTokenizer",
        "SplinterTokenizer", "SqueezeBertTokenizer",
    ];

    // Classes whose constructor says whether a space goes before a text.
    private static readonly string[] s_byteLevelClasses =
    [
        "BartTokenizer", "BlenderbotTokenizer", "BloomTokenizer", "CodeGenTokenizer", "DebertaTokenizer",
        "GPT2Tokenizer", "GPTNeoXTokenizer", "LEDTokenizer", "LongformerTokenizer", "MvpTokenizer", "RobertaTokenizer",
    ];

    // Classes that give a model no token types unless their file says so.
    private static readonly string[] s_classesWithoutTypes =
    [
        "BartTokenizer", "BlenderbotTokenizer", "BloomTokenizer", "CamembertTokenizer", "CodeGenTokenizer",
        "CodeLlamaTokenizer", "CohereTokenizer", "DistilBertTokenizer", "GPT2Tokenizer", "GPTNeoXTokenizer",
        "GemmaTokenizer", "LEDTokenizer", "LlamaTokenizer", "LongformerTokenizer", "MPNetTokenizer", "MvpTokenizer",
        "Qwen2Tokenizer", "RobertaTokenizer", "T5Tokenizer", "XLMRobertaTokenizer",
    ];

    // Classes that write the frame anew, with or without a token at the beginning.
    private static readonly string[] s_framingClasses =
        ["CodeLlamaTokenizer", "CohereTokenizer", "GemmaTokenizer", "LlamaTokenizer"];

    internal static TokenizerParts Apply(TokenizerParts parts, TokenizerConfig config)
    {
        if (config.Flag("split_special_tokens") == true)
            throw config.Refusal("split_special_tokens", "true", "false: special tokens in texts are found");
        AddTokens(parts, config);
        if (!config.IsThere)
            return parts;
        if (parts.Bert is { } bert && Array.IndexOf(s_bertClasses, config.Class) >= 0)
            SetBertNormalizer(parts, bert, config);
        if (parts.ByteLevel is { } byteLevel)
            SetPrefixSpace(parts, byteLevel, config);
        if (config.Flag("add_bos_token") == false && Array.IndexOf(s_framingClasses, config.Class) >= 0)
            DropBeginning(parts, config);
        if (config.Text("truncation_side") == "left")
        {
            parts.Notes.Add($"{Name}: 'truncation_side' is left; the end of a long text is cut all the same, unless "
                + "the caller asks for the other side.");
        }
        List<string>? inputs = config.Strings("model_input_names");
        parts.GivesTypes = inputs?.Contains("token_type_ids") ?? Array.IndexOf(s_classesWithoutTypes, config.Class) < 0;
        if (!parts.GivesTypes)
        {
            parts.Notes.Add(inputs is null
                ? $"{Name}: {config.Class} gives no token types, so all of them are 0."
                : $"{Name}: 'model_input_names' is without token_type_ids, so all token types are 0.");
        }
        return parts;
    }

    // The tokens of added_tokens_decoder that are not there with the same flags; then special ones.
    private static void AddTokens(TokenizerParts parts, TokenizerConfig config)
    {
        AddedTokenList list = parts.AddedTokens;
        var known = new HashSet<AddedTokenFlags>();
        foreach (AddedToken token in list.Tokens)
            known.Add(AddedTokenFlags.Of(token));
        List<AddedTokenFlags> missing = config.Added.FindAll(flags => !known.Contains(flags));
        foreach (AddedTokenFlags token in missing)
            list.Add(token);
        int special = 0;
        foreach (AddedTokenFlags token in config.Named)
        {
            // One that the vocabulary lacks would get an id for which the model has no row.
            if (list.Contains(token.Content) || !list.IsKnown(token.Content))
                continue;
            list.Add(token);
            special++;
        }
        if (missing.Count + special > 0)
        {
            parts.Notes.Add($"{Name} or a file beside it adds or changes {missing.Count + special} added tokens, such "
                + $"as '{ComponentFields.Short(list.Tokens[^1].Content)}'.");
        }
    }

    private static void SetBertNormalizer(TokenizerParts parts, BertNormalizerFlags own, TokenizerConfig config)
    {
        BertNormalizerFlags asked = own with
        {
            Lowercase = config.Flag("do_lower_case") ?? true,
            StripAccents = config.Flag("strip_accents"),
            Ideographs = config.Flag("tokenize_chinese_chars") ?? true,
        };
        if (asked == own)
            return;
        parts.Normalizers = [.. BertNormalizer.Steps(asked)];
        parts.Notes.Add($"{Name}: {config.Class} sets do_lower_case {Say(asked.Lowercase)}, strip_accents "
            + $"{Say(asked.StripAccents)} and tokenize_chinese_chars {Say(asked.Ideographs)}, whatever the file's own "
            + "normalizer says.");
    }

    private static void SetPrefixSpace(TokenizerParts parts, ByteLevelFlags own, TokenizerConfig config)
    {
        bool? stated = config.Flag("add_prefix_space");
        if (stated is null && Array.IndexOf(s_byteLevelClasses, config.Class) < 0)
            return;
        bool asked = stated ?? false;
        if (asked == own.PrefixSpace)
            return;
        parts.PreTokenizers = [.. ByteLevelPreTokenizer.Steps(own with { PrefixSpace = asked })];
        parts.Notes.Add($"{Name}: add_prefix_space is {Say(asked)}, whatever the file's own pre-tokenizer says.");
    }

    private static void DropBeginning(TokenizerParts parts, TokenizerConfig config)
    {
        if (config.Text("bos_token") is not string beginning
            || (!parts.Model.Vocabulary.TryGetId(beginning, out int id)
                && (id = parts.AddedTokens.Tokens.Find(token => token.Content == beginning)?.Id ?? -1) < 0)
            || !parts.PostProcessor.Uses(id))
        {
            return;
        }
        parts.PostProcessor = parts.PostProcessor.Without(id);
        parts.Notes.Add($"{Name}: add_bos_token is false, so '{ComponentFields.Short(beginning)}' is left off.");
    }

    private static string Say(bool? value) => value switch { true => "true", false => "false", null => "null" };
}
