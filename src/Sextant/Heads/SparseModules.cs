using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>
/// The folder of a sparse encoder: plain, or sentence-transformers' with SpladePooling after an MLMTransformer or, in
/// newer files, a Transformer whose task is fill-mask.
/// </summary>
internal static class SparseModules
{
    /// <summary>
    /// The transformer, and what the folder's other files say; <paramref name="isDamped"/> says whether the logarithm
    /// is taken twice.
    /// </summary>
    /// <exception cref="InvalidModelException">The modules are others, or a file is damaged.</exception>
    public static (TransformerModule Transformer, PromptSettings Settings, List<string> Notes) Read(
        string path, out bool isDamped)
    {
        isDamped = false;
        var notes = new List<string>();
        ModelFolder.Require(path);
        PromptSettings settings = PromptSettings.Read(path, notes, "SparseEncoder");
        string file = Path.Combine(path, "modules.json");
        string folder = File.Exists(file) ? Transformer(file, path, notes, ref isDamped) : path;
        TransformerModule transformer = ModuleReader.ReadTransformer(folder, notes, "fill-mask", "token_embeddings");
        for (int i = 0; i < notes.Count; i++)
            notes[i] += " was not used.";
        return (transformer, settings, notes);
    }

    private static string Transformer(string file, string path, List<string> notes, ref bool isDamped)
    {
        JsonElement list = JsonText.Parse(file, JsonText.Read(file));
        if (list.ValueKind != JsonValueKind.Array)
            throw new InvalidModelException(file, "holds no array; modules.json is a list of modules.");
        string? transformer = null;
        bool pooled = false;
        int number = 0;
        foreach (JsonElement element in list.EnumerateArray())
        {
            ConfigFile entry = ConfigFile.FromElement(file, element, MessageText.Number(number++) + ".");
            string type = entry.String("type");
            string folder = ContainedPath.Resolve(path, entry.String("path"), file);
            bool own = type.StartsWith("sentence_transformers.", StringComparison.Ordinal);
            if (own && transformer is null && (type.EndsWith(".MLMTransformer", StringComparison.Ordinal)
                || (type.EndsWith(".Transformer", StringComparison.Ordinal) && IsFillMask(folder))))
                transformer = folder;
            else if (own && transformer is not null && !pooled
                && type.EndsWith(".SpladePooling", StringComparison.Ordinal))
                (pooled, isDamped) = (true, ReadPooling(folder, notes));
            else
                throw new InvalidModelException(
                    file, $"asks for the module {MessageText.Quote(type)} at position {number - 1}; "
                    + "a sparse encoder is an MLMTransformer, or a Transformer with the task fill-mask, and a "
                    + "SpladePooling of sentence-transformers.");
        }
        if (transformer is null || !pooled)
            throw new InvalidModelException(
                file, "has no MLMTransformer with a SpladePooling after it, which a sparse encoder is.");
        return transformer;
    }

    private static bool IsFillMask(string folder) =>
        ConfigFile.ReadIfPresent(Path.Combine(folder, "sentence_bert_config.json"))?.OptionalString("transformer_task")
            == "fill-mask";

    private static bool ReadPooling(string folder, List<string> notes)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        config.OptionalOneOf("pooling_strategy", "max");
        bool isDamped = config.OptionalOneOf("activation_function", "relu", "log1p_relu") == "log1p_relu";
        config.Ignore("word_embedding_dimension", "embedding_dimension", "chunk_size");
        ModuleReader.AddUnread(config, notes);
        return isDamped;
    }
}
