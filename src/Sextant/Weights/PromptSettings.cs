namespace Sextant.Weights;

/// <summary>
/// config_sentence_transformers.json: prompts by name, and how the model's vectors are meant to be compared.
/// </summary>
internal sealed class PromptSettings
{
    // In sentence-transformers' order.
    private static readonly string[] s_documentNames = ["document", "passage", "corpus"];

    private PromptSettings(Dictionary<string, string> prompts, IReadOnlyCollection<string> given,
        string? defaultPromptName, string? similarity, int? truncateDimension, bool? normalize)
    {
        Normalize = normalize;
        Prompts = prompts;
        QueryPromptName = given.Contains("query") ? "query" : null;
        DocumentPromptName = Array.Find(s_documentNames, given.Contains);
        DefaultPromptName = defaultPromptName;
        Similarity = similarity;
        TruncateDimension = truncateDimension;
    }

    /// <summary>
    /// Text to put before each input, by name. "query" and "document" are always there, empty if not given.
    /// </summary>
    public IReadOnlyDictionary<string, string> Prompts { get; }

    /// <summary>"query" where the file gives that prompt; null: it does not.</summary>
    public string? QueryPromptName { get; }

    /// <summary>
    /// The first of "document", "passage" and "corpus" that the file gives; null: it gives none. sentence-transformers
    /// looks for them in this order too, but counts its own empty "document" as given, so that it never comes to the
    /// "passage" of a model that has only that.
    /// </summary>
    public string? DocumentPromptName { get; }

    /// <summary>The prompt to use where the caller names none; null: none.</summary>
    public string? DefaultPromptName { get; }

    /// <summary>cosine, dot, euclidean or manhattan; null: not said.</summary>
    public string? Similarity { get; }

    /// <summary>Values to keep of each vector; null: all.</summary>
    public int? TruncateDimension { get; }

    /// <summary>
    /// Scale vectors to length one: a key that static tables without a modules.json may have; null: not said.
    /// </summary>
    public bool? Normalize { get; }

    /// <summary>What a cross-encoder makes of its scores, as a class of PyTorch; null: not said.</summary>
    internal string? Activation { get; private init; }

    /// <summary>Reads the folder's file; where it is absent, the two empty prompts.</summary>
    internal static PromptSettings Read(string folder, List<string> unread, params ReadOnlySpan<string> modelTypes) =>
        Read(folder, unread, null, modelTypes.IsEmpty ? ["SentenceTransformer"] : modelTypes);

    /// <summary>The same of a model whose file has keys of its own, which <paramref name="more"/> reads.</summary>
    internal static PromptSettings Read(
        string folder, List<string> unread, Action<ConfigFile>? more, ReadOnlySpan<string> modelTypes)
    {
        var prompts = new Dictionary<string, string> { ["query"] = "", ["document"] = "" };
        ConfigFile? config = ConfigFile.ReadIfPresent(Path.Combine(folder, "config_sentence_transformers.json"));
        if (config is null)
            return new PromptSettings(prompts, [], null, null, null, null);

        var given = new HashSet<string>();
        foreach ((string name, string text) in config.OptionalStringMap("prompts"))
        {
            prompts[name] = text;
            given.Add(name);
        }
        string? defaultName = config.OptionalString("default_prompt_name");
        if (defaultName is not null && !prompts.ContainsKey(defaultName))
            throw config.Refuse("default_prompt_name", MessageText.Words([.. prompts.Keys]));
        string? similarity = more is null
            ? config.OptionalOneOf("similarity_fn_name", "cosine", "dot", "euclidean", "manhattan")
            : null;
        more?.Invoke(config);
        int? truncate = config.OptionalInt("truncate_dim", 1, int.MaxValue);
        config.OptionalOneOf("model_type", modelTypes);
        string? activation = config.OptionalString("activation_fn");
        config.Ignore("__version__");
        bool? normalize = config.OptionalBool("normalize");
        ModuleReader.AddUnread(config, unread);
        return new PromptSettings(prompts, given, defaultName, similarity, truncate, normalize)
        {
            Activation = activation,
        };
    }
}
