using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>
/// A folder as ColBERT's own code saves it (Khattab and Zaharia, 2020; Santhanam et al., 2022): the encoder and
/// 'linear.weight' in one checkpoint, whose config.json names the architecture HF_ColBERT, and artifact.metadata.
/// </summary>
internal static class ColbertFolder
{
    /// <summary>Whether a folder's config.json names the architecture.</summary>
    public static bool Is(string folder)
    {
        ConfigFile? config = ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json"));
        return config?.Raw("architectures") is not null
            && config.OptionalStrings("architectures") is { } names && names.Contains("HF_ColBERT");
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidModelException">A file is damaged, or asks for what is not supported.</exception>
    public static MultiVectorPlan Read(string path)
    {
        var notes = new List<string>();
        // What else the file holds is how the model was trained and where.
        ConfigFile? file = ConfigFile.ReadIfPresent(Path.Combine(path, "artifact.metadata"));
        file?.OptionalOneOf("similarity", "cosine");
        file?.OptionalOneOf("interaction", "colbert");
        if (file is null)
            notes.Add("artifact.metadata is missing; ColBERT's defaults hold, such as 32 tokens of a query.");
        int query = file?.OptionalInt("query_maxlen", 2, 1 << 24) ?? 32;
        bool attends = file?.OptionalBool("attend_to_mask_tokens") ?? false;
        return new MultiVectorPlan
        {
            Transformer = new TransformerModule(path, MaxTokens: null, LowerCase: false),
            Settings = PromptSettings.Read(path, notes),
            Modules = [new NormalizeModule(path)],
            IsInline = true,
            HasPrefixes = true,
            Query = new TextRole(query, file?.OptionalString("query_token_id") ?? "[unused0]",
                new QueryExpansion(query, IsFixed: true, attends, Token: null)),
            Document = new TextRole(
                file?.OptionalInt("doc_maxlen", 2, 1 << 24) ?? 220,
                file?.OptionalString("doc_token_id") ?? "[unused1]", null),
            SkippedWords = file?.OptionalBool("mask_punctuation") ?? true ? PylateSettings.Punctuation : [],
            Notes = notes,
        };
    }
}
