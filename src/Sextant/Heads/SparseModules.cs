using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>What a sparse encoder's files say.</summary>
internal sealed record SparsePlan
{
    /// <summary>The encoder of documents, and of queries where they have no table.</summary>
    public required TransformerModule Transformer { get; init; }

    /// <summary>Prompts.</summary>
    public required PromptSettings Settings { get; init; }

    /// <summary>What was found and not used, a line each.</summary>
    public required List<string> Notes { get; init; }

    /// <summary>Whether the logarithm is taken twice.</summary>
    public bool IsDamped { get; init; }

    /// <summary>Whether weights of tokens are added up; else the largest counts.</summary>
    public bool IsSum { get; init; }

    /// <summary>The folder of the table that queries are looked up in; null: they are encoded.</summary>
    public string? QueryTable { get; init; }
}

/// <summary>
/// The folder of a sparse encoder: plain, or sentence-transformers' with SpladePooling after an MLMTransformer or, in
/// newer files, a Transformer whose task is fill-mask; also as the documents' side of a Router whose queries have a
/// SparseStaticEmbedding.
/// </summary>
internal static class SparseModules
{
    /// <summary>The transformer, and what the folder's other files say.</summary>
    /// <exception cref="InvalidModelException">The modules are others, or a file is damaged.</exception>
    public static SparsePlan Read(string path)
    {
        var notes = new List<string>();
        ModelFolder.Require(path);
        PromptSettings settings = PromptSettings.Read(path, notes, "SparseEncoder");
        string file = Path.Combine(path, "modules.json");
        List<(string Type, string Folder)> modules = [];
        string? table = null;
        if (File.Exists(file))
        {
            modules = Modules(file, path);
            if (modules is [(var type, var folder)] && (IsOf(type, "Router") || IsOf(type, "Asym")))
                (file, modules, table) = SparseRouter.Read(folder, notes);
        }
        SparsePlan plan = Documents(file, modules, path, settings, notes) with { QueryTable = table };
        for (int i = 0; i < notes.Count; i++)
            notes[i] += " was not used.";
        return plan;
    }

    /// <summary>Whether a type is sentence-transformers' of a name.</summary>
    public static bool IsOf(string type, string name) =>
        type.StartsWith("sentence_transformers.", StringComparison.Ordinal)
        && type.EndsWith("." + name, StringComparison.Ordinal);

    private static List<(string Type, string Folder)> Modules(string file, string path)
    {
        JsonElement list = JsonText.Parse(file, JsonText.Read(file));
        if (list.ValueKind != JsonValueKind.Array)
            throw new InvalidModelException(file, "holds no array; modules.json is a list of modules.");
        var modules = new List<(string Type, string Folder)>();
        foreach (JsonElement element in list.EnumerateArray())
        {
            ConfigFile entry = ConfigFile.FromElement(file, element, MessageText.Number(modules.Count) + ".");
            modules.Add((entry.String("type"), ContainedPath.Resolve(path, entry.String("path"), file)));
        }
        return modules;
    }

    private static SparsePlan Documents(
        string file, List<(string Type, string Folder)> modules, string path, PromptSettings settings,
        List<string> notes)
    {
        string? transformer = modules.Count == 0 && !File.Exists(Path.Combine(path, "modules.json")) ? path : null;
        (bool IsDamped, bool IsSum)? pooling = transformer is null ? null : (false, false);
        for (int number = 0; number < modules.Count; number++)
        {
            (string type, string folder) = modules[number];
            if (transformer is null
                && (IsOf(type, "MLMTransformer") || (IsOf(type, "Transformer") && IsFillMask(folder))))
                transformer = folder;
            else if (transformer is not null && pooling is null && IsOf(type, "SpladePooling"))
                pooling = ReadPooling(folder, notes);
            else
                throw new InvalidModelException(
                    file, $"asks for the module {MessageText.Quote(type)} at position {number}; "
                    + "a sparse encoder is an MLMTransformer, or a Transformer with the task fill-mask, and a "
                    + "SpladePooling of sentence-transformers.");
        }
        if (transformer is null || pooling is not { } pooled)
            throw new InvalidModelException(
                file, "has no MLMTransformer with a SpladePooling after it, which a sparse encoder is.");
        return new SparsePlan
        {
            Transformer = ModuleReader.ReadTransformer(transformer, notes, "fill-mask", "token_embeddings"),
            Settings = settings,
            Notes = notes,
            IsDamped = pooled.IsDamped,
            IsSum = pooled.IsSum,
        };
    }

    private static bool IsFillMask(string folder) =>
        ConfigFile.ReadIfPresent(Path.Combine(folder, "sentence_bert_config.json"))?.OptionalString("transformer_task")
            == "fill-mask";

    private static (bool IsDamped, bool IsSum) ReadPooling(string folder, List<string> notes)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        bool isSum = config.OptionalOneOf("pooling_strategy", "max", "sum") == "sum";
        bool isDamped = config.OptionalOneOf("activation_function", "relu", "log1p_relu") == "log1p_relu";
        config.Ignore("word_embedding_dimension", "embedding_dimension", "chunk_size");
        ModuleReader.AddUnread(config, notes);
        return (isDamped, isSum);
    }
}
