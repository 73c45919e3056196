using System.Text.Json;

namespace Sextant.Weights;

/// <summary>
/// A model folder as sentence-transformers means it: modules.json, the modules' own files, and the prompts.
/// </summary>
/// <remarks>
/// The modules run in the order of modules.json: one Transformer, perhaps a WeightedLayerPooling, one Pooling somewhere
/// after it, and after that Dense, LayerNorm and Normalize in any number and order. Their sizes fit each other.
/// Immutable.
/// </remarks>
internal sealed class SentenceTransformersModules
{
    private SentenceTransformersModules(string folder, bool isPlain, EmbeddingModule[] modules, PromptSettings settings,
        List<string> unread)
    {
        Folder = folder;
        IsPlain = isPlain;
        Modules = modules;
        Settings = settings;
        UnreadKeys = unread;
    }

    /// <summary>The folder that was read.</summary>
    public string Folder { get; }

    /// <summary>
    /// True where there is no modules.json: a plain Hugging Face folder, whose pooling the caller names.
    /// </summary>
    public bool IsPlain { get; }

    /// <summary>All modules in the order in which they run; the Transformer alone for a plain folder.</summary>
    public IReadOnlyList<EmbeddingModule> Modules { get; }

    /// <summary>The encoder.</summary>
    public TransformerModule Transformer => (TransformerModule)Modules[0];

    /// <summary>Prompts and other settings of config_sentence_transformers.json.</summary>
    public PromptSettings Settings { get; }

    /// <summary>Keys of these files that change nothing here, as "file: key", to be shown.</summary>
    public IReadOnlyList<string> UnreadKeys { get; }

    /// <summary>Reads the folder's files; weights are not opened.</summary>
    /// <exception cref="InvalidModelException">A file is damaged or asks for what is not supported.</exception>
    public static SentenceTransformersModules Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ModelFolder.Require(folder);
        var unread = new List<string>();
        string file = Path.Combine(folder, "modules.json");
        PromptSettings settings = PromptSettings.Read(folder, unread);
        if (!File.Exists(file))
            return new(folder, isPlain: true, [ModuleReader.ReadTransformer(folder, unread)], settings, unread);
        EmbeddingModule[] modules = ReadModules(file, folder, unread);
        CheckOrder(file, modules);
        return new(folder, isPlain: false, modules, settings, unread);
    }

    private static EmbeddingModule[] ReadModules(string file, string folder, List<string> unread)
    {
        JsonElement list = JsonText.Parse(file, JsonText.Read(file));
        if (list.ValueKind != JsonValueKind.Array)
            throw new InvalidModelException(file, "holds no array; modules.json is a list of modules.");
        var modules = new List<EmbeddingModule>();
        var names = new HashSet<string>();
        foreach (JsonElement element in list.EnumerateArray())
        {
            ConfigFile entry = ConfigFile.FromElement(file, element, MessageText.Number(names.Count) + ".");
            string type = entry.String("type");
            string path = ContainedPath.Resolve(folder, entry.String("path"), file);
            // sentence-transformers keeps its modules by name, so a second one of a name would replace the first.
            if (!names.Add(entry.String("name")))
                throw entry.Refuse("name", "names that differ from module to module");
            entry.Ignore("idx");
            ModuleReader.AddUnread(entry, unread);
            if (ReadModule(file, type, path, unread) is { } module)
                modules.Add(module);
        }
        return [.. modules];
    }

    private static EmbeddingModule? ReadModule(string file, string type, string path, List<string> unread)
    {
        switch (KnownName(type))
        {
            case "Transformer":
                return ModuleReader.ReadTransformer(path, unread);
            case "StaticEmbedding":
                return new TransformerModule(path, MaxTokens: null, LowerCase: false) { IsTable = true };
            case "Pooling":
                return ModuleReader.ReadPooling(path, unread);
            case "Dense":
                return ModuleReader.ReadDense(path, unread);
            case "Normalize":
                return new NormalizeModule(path);
            case "LayerNorm":
                return ModuleReader.ReadLayerNorm(path, unread);
            case "WeightedLayerPooling":
                return ModuleReader.ReadWeightedLayers(path, unread);
            case "Dropout":
                // Does nothing outside training.
                return null;
            default:
                throw new InvalidModelException(file,
                    $"asks for the module {MessageText.Quote(type)}; the Transformer, "
                    + "StaticEmbedding, WeightedLayerPooling, Pooling, Dense, LayerNorm, Normalize and Dropout of "
                    + "sentence-transformers are accepted.");
        }
    }

    /// <summary>
    /// The class behind a type, for the places where versions of sentence-transformers keep their modules.
    /// </summary>
    private static string KnownName(string type)
    {
        ReadOnlySpan<string> rooms =
        [
            "sentence_transformers.models.", "sentence_transformers.base.modules.",
            "sentence_transformers.sentence_transformer.modules.",
        ];
        foreach (string room in rooms)
        {
            if (!type.StartsWith(room, StringComparison.Ordinal))
                continue;
            // "Pooling", or the file and the class: "pooling.Pooling" since 5.4, "Pooling.Pooling" before.
            string[] parts = type[room.Length..].Split('.');
            if (parts.Length == 1 || (parts.Length == 2 && parts[0].Replace("_", "", StringComparison.Ordinal)
                .Equals(parts[1], StringComparison.OrdinalIgnoreCase)))
                return parts[^1];
        }
        return "";
    }

    private static void CheckOrder(string file, EmbeddingModule[] modules)
    {
        if (modules.Length == 0 || modules[0] is not TransformerModule)
            throw new InvalidModelException(file,
                "does not begin with a Transformer, which turns text into hidden states.");
        PoolingModule? pooling = null;
        bool isTable = ((TransformerModule)modules[0]).IsTable, weighted = false;
        int? size = null;
        foreach (EmbeddingModule module in modules.AsSpan(1))
        {
            switch (module)
            {
                case TransformerModule:
                    throw new InvalidModelException(file, "has two Transformers; one is accepted.");
                case PoolingModule when isTable:
                    throw new InvalidModelException(file,
                        "has a Pooling after its StaticEmbedding, which gives one vector already.");
                case PoolingModule when pooling is not null:
                    throw new InvalidModelException(file,
                        "has two Poolings; one is accepted (it may join several modes).");
                case PoolingModule first:
                    pooling = first;
                    size = first.OutputSize;
                    break;
                case WeightedLayersModule when isTable || pooling is not null || weighted:
                    throw new InvalidModelException(file, "has a WeightedLayerPooling where it has no layers to "
                        + "average; one is accepted, between the Transformer and its Pooling.");
                case WeightedLayersModule:
                    weighted = true;
                    break;
                case not null when pooling is null && !isTable:
                    throw new InvalidModelException(file,
                        "has a Dense or Normalize before its Pooling; they take the pooled "
                        + "vector.");
                case LayerNormModule norm when size is { } width && norm.Size != width:
                    throw new InvalidModelException(Path.Combine(norm.Folder, "config.json"),
                        $"'dimension' is {MessageText.Number(norm.Size)}; the module before it gives "
                        + $"{MessageText.Number(width)} values.");
                case DenseModule dense when size is { } given && dense.InputSize != given:
                    throw new InvalidModelException(Path.Combine(dense.Folder, "config.json"),
                        $"'in_features' is {MessageText.Number(dense.InputSize)}; the module before it gives "
                        + $"{MessageText.Number(given)} values.");
                case DenseModule dense:
                    size = dense.OutputSize;
                    break;
            }
        }
        if (pooling is null && !isTable)
            throw new InvalidModelException(file, "has no Pooling, so no vector comes out.");
    }
}
