using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>
/// What PyLate 1 to 3 writes into config_sentence_transformers.json: there the mask and the scaling to length one are
/// the model's own, not modules.
/// </summary>
/// <param name="Prefixes">Tokens after the first one of queries and documents; empty for none.</param>
/// <param name="Lengths">Limits of queries and documents, all tokens included.</param>
/// <param name="Expands">Whether queries are filled up to their limit.</param>
/// <param name="Attends">Whether other tokens see what they are filled with.</param>
/// <param name="Skipped">Tokens that documents have no vectors for.</param>
internal sealed record PylateSettings(
    (string Query, string Document) Prefixes, (int Query, int Document) Lengths, bool Expands, bool Attends,
    string[] Skipped)
{
    /// <summary>Its model_type, which the first versions do not write.</summary>
    public const string ModelType = "ColBERT";

    /// <summary>Python's string.punctuation, which is left out where the file does not say.</summary>
    public static readonly string[] Punctuation =
        [.. "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".Select(character => character.ToString())];

    private static readonly string[] s_keys =
    [
        "query_prefix", "document_prefix", "query_length", "document_length", "do_query_expansion",
        "attend_to_expansion_tokens", "skiplist_words",
    ];

    /// <summary>Whether a file has any of the keys.</summary>
    public static bool AreIn(ConfigFile config) => Array.Exists(s_keys, config.Has);

    /// <summary>The settings; null where the file is not PyLate's. The defaults are those of PyLate's code.</summary>
    public static PylateSettings? Read(ConfigFile config)
    {
        bool isOwn = config.IsString("model_type") && config.String("model_type") == ModelType;
        if (!isOwn && !AreIn(config))
            return null;
        if (config.Has("query_expansion"))
            throw config.Refuse("query_expansion", "in the Transformer's sentence_bert_config.json alone");
        bool expands = config.OptionalBool("do_query_expansion") ?? true;
        return new PylateSettings(
            (config.OptionalString("query_prefix") ?? "[Q] ", config.OptionalString("document_prefix") ?? "[D] "),
            (config.OptionalInt("query_length", 2, 1 << 24) ?? 32,
                config.OptionalInt("document_length", 2, 1 << 24) ?? 180),
            expands, expands && (config.OptionalBool("attend_to_expansion_tokens") ?? false),
            config.OptionalStrings("skiplist_words") ?? Punctuation);
    }

    /// <summary>The plan with these settings.</summary>
    /// <exception cref="InvalidModelException">A prompt stands where a prefix does.</exception>
    public MultiVectorPlan Apply(MultiVectorPlan plan, string path)
    {
        // sentence-transformers puts such a prompt in the prefix's place, PyLate does not.
        foreach (string name in (string[])["query", "document"])
        {
            if (plan.Settings.Prompts.GetValueOrDefault(name) is { Length: > 0 } prompt
                && prompt != (name == "query" ? Prefixes.Query : Prefixes.Document))
            {
                throw new InvalidModelException(Path.Combine(path, "config_sentence_transformers.json"),
                    $"'prompts.{name}' is {MessageText.Quote(prompt)} beside another '{name}_prefix'; one of "
                    + "them is accepted.");
            }
        }
        return plan with
        {
            HasPrefixes = true,
            Modules = plan.Modules is [.., NormalizeModule] ? plan.Modules
                : [.. plan.Modules, new NormalizeModule(path)],
            Query = new TextRole(Lengths.Query, Token(Prefixes.Query),
                Expands ? new QueryExpansion(Lengths.Query, IsFixed: true, Attends, Token: null) : null),
            Document = new TextRole(Lengths.Document, Token(Prefixes.Document), null),
            SkippedWords = Skipped,
        };

        static string? Token(string prefix) => prefix.Length == 0 ? null : prefix;
    }
}
