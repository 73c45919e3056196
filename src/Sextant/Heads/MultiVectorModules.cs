using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>
/// The folder of a late-interaction model as sentence-transformers 6 writes it: a Transformer, then Dense, LayerNorm
/// and Normalize on tokens, and a MultiVectorMask; or as PyLate writes it, or ColBERT's own code.
/// </summary>
internal static class MultiVectorModules
{
    private const string Tokens = "token_embeddings";

    /// <summary>Whether a folder's files say that it holds such a model.</summary>
    /// <exception cref="InvalidModelException">A file that has to be read is damaged.</exception>
    public static bool AreIn(string folder)
    {
        ConfigFile? settings = ConfigFile.ReadIfPresent(Path.Combine(folder, "config_sentence_transformers.json"));
        return settings is not null && (settings.IsString("model_type")
            && settings.String("model_type") is "MultiVectorEncoder" or PylateSettings.ModelType
            || PylateSettings.AreIn(settings)) || ColbertFolder.Is(folder);
    }

    /// <summary>Reads the files; weights are not opened.</summary>
    /// <exception cref="InvalidModelException">A file is damaged, or asks for what is not supported.</exception>
    public static MultiVectorPlan Read(string path)
    {
        ModelFolder.Require(path);
        string file = Path.Combine(path, "modules.json");
        if (!File.Exists(file))
        {
            return ColbertFolder.Is(path) ? ColbertFolder.Read(path) : throw new InvalidModelException(path,
                "has no modules.json, and config.json does not name the architecture HF_ColBERT, so the files do not "
                + "say how tokens become vectors; a late-interaction model is a MultiVectorEncoder of "
                + "sentence-transformers, a ColBERT of PyLate or of ColBERT's own code.");
        }
        var notes = new List<string>();
        PylateSettings? pylate = null;
        bool isMean = false;
        PromptSettings settings = PromptSettings.Read(path, notes, config =>
        {
            pylate = PylateSettings.Read(config);
            isMean = config.OptionalOneOf("similarity_fn_name", pylate is null
                ? ["maxsim", "meanmaxsim"] : ["maxsim", "meanmaxsim", "MaxSim", "cosine", "dot"]) == "meanmaxsim";
        }, ["MultiVectorEncoder", PylateSettings.ModelType]);
        (TransformerModule transformer, List<EmbeddingModule> modules, ConfigFile? mask) = Modules(
            file, path, pylate is not null, notes);
        var plan = new MultiVectorPlan
        {
            Transformer = transformer,
            Settings = settings,
            Modules = modules,
            Query = new TextRole(transformer.RoleTokens.Query, null, transformer.Expansion),
            Document = new TextRole(transformer.RoleTokens.Document, null, null),
            IsMean = isMean,
            Notes = notes,
        };
        plan = pylate is null ? plan : pylate.Apply(plan, path);
        plan = mask is null ? plan : ReadMask(plan, mask);
        for (int i = 0; i < notes.Count; i++)
            notes[i] += " was not used.";
        return plan;
    }

    private static (TransformerModule Transformer, List<EmbeddingModule> Modules, ConfigFile? Mask) Modules(
        string file, string path, bool isPylate, List<string> notes)
    {
        JsonElement list = JsonText.Parse(file, JsonText.Read(file));
        if (list.ValueKind != JsonValueKind.Array)
            throw new InvalidModelException(file, "holds no array; modules.json is a list of modules.");
        TransformerModule? transformer = null;
        ConfigFile? mask = null;
        var modules = new List<EmbeddingModule>();
        int number = 0;
        foreach (JsonElement element in list.EnumerateArray())
        {
            ConfigFile entry = ConfigFile.FromElement(file, element, MessageText.Number(number++) + ".");
            string type = entry.String("type");
            string folder = ContainedPath.Resolve(path, entry.String("path"), file);
            string name = Name(type, isPylate);
            if (name == "Transformer" && transformer is null)
                transformer = ModuleReader.ReadTransformer(folder, notes, hasRoles: true);
            else if (name == "MultiVectorMask" && transformer is not null && mask is null)
                mask = ConfigFile.Read(Path.Combine(folder, "config.json"));
            else if (transformer is not null && Step(name, folder, notes) is { } step)
                modules.Add(step);
            else if (transformer is null || name != "Dropout")
            {
                throw new InvalidModelException(file,
                    $"asks for the module {MessageText.Quote(type)} at position {number - 1}; a late-interaction "
                    + "model is a Transformer, then Dense, LayerNorm, Normalize and Dropout on tokens, and one "
                    + "MultiVectorMask of sentence-transformers, or PyLate's Dense.");
            }
        }
        return transformer is null
            ? throw new InvalidModelException(file, "has no Transformer, which turns text into hidden states.")
            : (transformer, modules, mask);
    }

    private static EmbeddingModule? Step(string name, string folder, List<string> notes)
    {
        switch (name)
        {
            case "Dense":
                return ModuleReader.ReadDense(folder, notes, Tokens);
            case "LayerNorm":
                return ModuleReader.ReadLayerNorm(folder, notes);
            case "Normalize":
                ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
                config.OneOf("module_input_name", Tokens);
                config.OptionalOneOf("module_output_name", Tokens);
                ModuleReader.AddUnread(config, notes);
                return new NormalizeModule(folder);
            default:
                return null;
        }
    }

    // The class behind a type; empty where it is nobody's that is known.
    private static string Name(string type, bool isPylate) =>
        type.StartsWith("sentence_transformers.", StringComparison.Ordinal)
            || (isPylate && type.StartsWith("pylate.models.", StringComparison.Ordinal))
            ? type[(type.LastIndexOf('.') + 1)..]
            : "";

    private static MultiVectorPlan ReadMask(MultiVectorPlan plan, ConfigFile config)
    {
        string[] tasks = config.IsString("skiplist_tasks")
            ? [config.String("skiplist_tasks")]
            : config.OptionalStrings("skiplist_tasks") ?? ["document"];
        if (Array.Exists(tasks, task => task is not ("query" or "document")))
            throw config.Refuse("skiplist_tasks", "'query' and 'document'");
        plan = plan with
        {
            SkippedWords = config.OptionalStrings("skiplist_words") ?? [],
            Skips = (tasks.Contains("query"), tasks.Contains("document")),
            Kept = config.OptionalInts("keep_only_token_ids", 0, int.MaxValue) is { Length: > 0 } kept ? kept : null,
        };
        ModuleReader.AddUnread(config, plan.Notes);
        return plan;
    }
}
