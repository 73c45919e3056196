namespace Sextant.Weights;

/// <summary>Reads the configuration of single sentence-transformers modules.</summary>
/// <remarks>
/// Facts from sentence-transformers 2.2 to 5.4 (models/*.py, since 5.4 base/modules and sentence_transformer/modules).
/// </remarks>
internal static class ModuleReader
{
    // Far beyond any model; keeps products of two sizes inside an int's range for the arithmetic here.
    private const int LargestSize = 1 << 24;

    // sentence-transformers appends the vectors in this order, whatever the order of the keys in the file.
    private static readonly (string Key, string Name)[] s_poolings =
    [
        ("pooling_mode_cls_token", "cls"),
        ("pooling_mode_max_tokens", "max"),
        ("pooling_mode_mean_tokens", "mean"),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        ("pooling_mode_weightedmean_tokens", "weightedmean"),
        ("pooling_mode_lasttoken", "lasttoken"),
    ];

    // The transformer's settings are in the first of these that exists; old versions named it after the model.
    private static readonly string[] s_transformerFiles =
    [
        "sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
        "sentence_camembert_config.json", "sentence_albert_config.json", "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
    ];

    public static TransformerModule ReadTransformer(
        string folder, List<string> unread, string task = "feature-extraction", string output = "token_embeddings",
        bool hasRoles = false)
    {
        ConfigFile? config = null;
        for (int i = 0; config is null && i < s_transformerFiles.Length; i++)
            config = ConfigFile.ReadIfPresent(Path.Combine(folder, s_transformerFiles[i]));
        if (config is null)
            return new TransformerModule(folder, MaxTokens: null, LowerCase: false);

        // 0 is no limit, as transformers reads it.
        int? limit = config.OptionalInt("max_seq_length", 0, LargestSize);
        var module = new TransformerModule(
            folder, limit is 0 ? null : limit, config.OptionalBool("do_lower_case") ?? false);
        if (hasRoles)
        {
            module = module with
            {
                RoleTokens = (config.OptionalInt("query_length", 1, LargestSize),
                    config.OptionalInt("document_length", 1, LargestSize)),
                Expansion = ReadExpansion(config),
            };
        }
        config.OptionalOneOf("transformer_task", task);
        config.OptionalOneOf("module_output_name", output);
        if (config.OptionalObject("modality_config")?.OptionalObject("text") is { } text)
        {
            text.OptionalOneOf("method", "forward");
            text.OptionalOneOf(
                "method_output_name", task == "feature-extraction" ? "last_hidden_state" : "logits");
        }
        config.Ignore("unpad_inputs");
        AddUnread(config, unread);
        return module;
    }

    private static QueryExpansion? ReadExpansion(ConfigFile config)
    {
        if (config.OptionalObject("query_expansion") is not { } expansion)
            return null;
        bool isFixed = expansion.OneOf("strategy", "fixed", "min") == "fixed";
        return new QueryExpansion(
            expansion.Int("length", 1, LargestSize), isFixed, expansion.OptionalBool("attend") ?? false,
            expansion.OptionalString("token"));
    }

    public static PoolingModule ReadPooling(string folder, List<string> unread)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        int inputSize = config.OptionalInt("embedding_dimension", 1, LargestSize)
            ?? config.Int("word_embedding_dimension", 1, LargestSize);
        config.Ignore("word_embedding_dimension");
        string[] names = PoolingNames(config);
        bool includePrompt = config.OptionalBool("include_prompt") ?? true;
        AddUnread(config, unread);
        return new PoolingModule(folder, string.Join('+', names), inputSize, inputSize * names.Length, includePrompt);
    }

    /// <param name="folder">The module's own.</param>
    /// <param name="unread">Where to say which keys nothing read.</param>
    /// <param name="takes">What it takes and gives: sentence_embedding or token_embeddings.</param>
    public static DenseModule ReadDense(string folder, List<string> unread, string takes = "sentence_embedding")
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        int inputSize = config.Int("in_features", 1, LargestSize);
        int outputSize = config.Int("out_features", 1, LargestSize);
        bool bias = config.OptionalBool("bias") ?? true;
        string activation = Activation(config);
        config.OptionalOneOf("module_input_name", takes);
        config.OptionalOneOf("module_output_name", takes);
        bool addsInput = config.OptionalBool("use_residual") ?? false;
        AddUnread(config, unread);
        return new DenseModule(folder, inputSize, outputSize, bias, activation) { AddsInput = addsInput };
    }

    public static LayerNormModule ReadLayerNorm(string folder, List<string> unread)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        int size = config.Int("dimension", 1, LargestSize);
        AddUnread(config, unread);
        return new LayerNormModule(folder, size);
    }

    public static WeightedLayersModule ReadWeightedLayers(string folder, List<string> unread)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        config.Ignore("word_embedding_dimension");
        int layers = config.OptionalInt("num_hidden_layers", 0, 1024) ?? 12;
        int first = config.OptionalInt("layer_start", 0, layers) ?? Math.Min(4, layers);
        AddUnread(config, unread);
        return new WeightedLayersModule(folder, first, layers);
    }

    private static string[] PoolingNames(ConfigFile config)
    {
        string accepted =
            "the names 'cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean' and 'lasttoken', each once";
        if (config.Has("pooling_mode"))
        {
            string[] names = config.IsString("pooling_mode")
                ? [config.String("pooling_mode").ToLowerInvariant()] : config.OptionalStrings("pooling_mode")!;
            if (names.Length == 0)
                throw config.Refuse("pooling_mode", accepted);
            for (int i = 0; i < names.Length; i++)
            {
                if (Array.FindIndex(s_poolings, pooling => pooling.Name == names[i]) < 0
                    || Array.IndexOf(names, names[i]) != i)
                    throw config.Refuse("pooling_mode", accepted);
            }
            // The old keys beside the new one are dropped by sentence-transformers, whatever they say.
            foreach ((string key, _) in s_poolings)
                config.Ignore(key);
            return names;
        }

        var active = new List<string>();
        bool any = false;
        foreach ((string key, string name) in s_poolings)
        {
            any |= config.Has(key);
            if (config.OptionalBool(key) ?? false)
                active.Add(name);
        }
        // Where the key of the mean is absent beside another that is true, versions before 5.4 add the mean and later
        // ones do not, so nothing can be assumed.
        if (any && active.Count > 0 && !config.Has("pooling_mode_mean_tokens"))
            throw config.Refuse("pooling_mode_mean_tokens", "true or false, beside another pooling that is true, "
                + "because versions of sentence-transformers disagree on its default");
        return active.Count == 0 ? ["mean"] : [.. active];
    }

    private static string Activation(ConfigFile config)
    {
        // A class of PyTorch; without the key, Dense is made with its default, Tanh.
        string type = config.OptionalString("activation_function") ?? "torch.nn.modules.activation.Tanh";
        bool torch = type.StartsWith("torch.nn.", StringComparison.Ordinal);
        string name = torch ? type[(type.LastIndexOf('.') + 1)..] : type;
        return name switch
        {
            "Identity" => "identity",
            "Tanh" => "tanh",
            "ReLU" => "relu",
            "GELU" => "gelu",
            "SiLU" => "silu",
            "Sigmoid" => "sigmoid",
            _ => throw config.Refuse("activation_function", "'torch.nn.modules.linear.Identity' and "
                + "'torch.nn.modules.activation.' with Tanh, ReLU, GELU, SiLU or Sigmoid"),
        };
    }

    public static void AddUnread(ConfigFile config, List<string> unread)
    {
        foreach (string key in config.UnreadKeys)
            unread.Add($"{config.File}: {key}");
    }
}
