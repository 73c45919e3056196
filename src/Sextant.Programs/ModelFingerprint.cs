using System.Globalization;
using System.Security.Cryptography;
using Sextant.Backends;
using Sextant.Indexes;

namespace Sextant.Programs;

/// <summary>What a model's files come to.</summary>
/// <param name="Weights">The tensors' values.</param>
/// <param name="Tokenizer">The values of the tokenizer's files.</param>
internal readonly record struct ModelSums(string Weights, string Tokenizer);

/// <summary>
/// What decides the bits of a model's vectors, by name: two models that agree in it give the same ones.
/// </summary>
/// <remarks>
/// Values are compared, not bytes: a file that was written anew, with other white space or in another order, is the
/// same, and so is a key that nothing reads. Indexes of earlier versions have sums of bytes, which are compared as they
/// were.
/// </remarks>
internal static class ModelFingerprint
{
    private const string Config = "config values", Modules = "modules values";
    private const string Weights = "weights by tensor", Tokenizer = "tokenizer values";
    private const string NotUsed = " was not used.";
    private const int MaxNamed = 3;

    /// <summary>Properties that hold many values, a line each: not for people.</summary>
    public static bool IsLong(string property) => property is Config or Modules;

    public static List<KeyValuePair<string, string>> Of(EmbeddingModel model, string documentPrompt) =>
        Of(model, documentPrompt, OfFiles(model.Card.Path));

    /// <summary>The same, where what the files say was taken while the model was loaded.</summary>
    public static List<KeyValuePair<string, string>> Of(EmbeddingModel model, string documentPrompt, ModelSums files)
    {
        Dictionary<string, List<string>> groups = Groups(model.Card.Path);
        string Name(string file) => NameIn(model.Card.Path, file);
        Dictionary<string, HashSet<string>> unread = Unread(model.Card, Name);
        string Lines(string group) => string.Join('\n', groups[group].SelectMany(
            file => ConfigValues.Lines(file, Name(file), unread.GetValueOrDefault(Name(file)) ?? [])).Order(
                StringComparer.Ordinal));
        return
        [
            new(Weights, files.Weights),
            new(Config, Lines("config")),
            new(Tokenizer, files.Tokenizer),
            new(Modules, Lines("modules")),
            .. OfCard(model.Card, documentPrompt),
        ];
    }

    /// <summary>What the weights and the tokenizer of a folder come to; needs no model.</summary>
    public static ModelSums OfFiles(string folder)
    {
        IEnumerable<string> tensors = Groups(folder)["weights"].Where(
            file => file.EndsWith(".safetensors", StringComparison.Ordinal));
        return new ModelSums(
            TensorFingerprint.Of(tensors.Select(file => (Path.GetDirectoryName(NameIn(folder, file)) ?? "", file))),
            OfTokenizer(folder));
    }

    /// <summary>What the tokenizer of a folder comes to.</summary>
    public static string OfTokenizer(string folder)
    {
        using var tokenizer = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Groups(folder)["tokenizer"])
        {
            tokenizer.AppendData(System.Text.Encoding.UTF8.GetBytes(NameIn(folder, file) + "\n"));
            if (file.EndsWith(".json", StringComparison.Ordinal))
                ConfigValues.AddTo(tokenizer, file);
            else
                tokenizer.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(tokenizer.GetHashAndReset())[..32];
    }

    /// <summary>Refuses a model that is not the one an index was made with, in words.</summary>
    /// <exception cref="InvalidIndexException">It differs; the message says in what, and where the index's own
    /// was.</exception>
    public static void RequireSame(string path, IndexDefinition definition, EmbeddingModel model)
    {
        string prompt = definition.Property("document prompt") ?? "";
        List<KeyValuePair<string, string>> expected =
            definition.Property(Config) is null ? OfBytes(model, prompt) : Of(model, prompt);
        string[] differences = [.. expected.Where(one => definition.Property(one.Key) != one.Value).SelectMany(
            one => InWords(one.Key, definition.Property(one.Key), one.Value))];
        if (differences.Length == 0)
            return;
        string more = differences.Length > MaxNamed
            ? string.Create(CultureInfo.InvariantCulture, $", and {differences.Length - MaxNamed} more values differ")
            : "";
        string folder = definition.Property("model") is { Length: > 0 } made ? made : "the tiny model";
        throw new InvalidIndexException(path,
            $"was made by another model than that in {model.Card.Path}: it was made with {folder}; "
                + $"{string.Join(", ", differences.Take(MaxNamed))}{more}. Use the model that made it (--model), or "
                + "build the index anew.");
    }

    private static IEnumerable<string> InWords(string name, string? made, string here)
    {
        if (!IsLong(name))
        {
            return name switch
            {
                Weights or "weights" => ["the weights have other values"],
                Tokenizer or "tokenizer" => ["the tokenizer's files have other values"],
                "config" or "modules" => [$"the files of its {name} have other bytes"],
                _ => [$"its {name} is '{made ?? "not said"}', here '{here}'"],
            };
        }
        Dictionary<string, string> before = ByKey(made ?? ""), now = ByKey(here);
        return before.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Select(key => $"{key} is {before.GetValueOrDefault(key) ?? "not there"}, here "
                + (now.GetValueOrDefault(key) ?? "not there"));
    }

    private static Dictionary<string, string> ByKey(string lines)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            values[line[..line.IndexOf('=')]] = line[(line.IndexOf('=') + 1)..];
        return values;
    }

    private static string NameIn(string folder, string file) =>
        Path.GetRelativePath(folder, file).Replace('\\', '/');

    // As versions before did it.
    private static List<KeyValuePair<string, string>> OfBytes(EmbeddingModel model, string documentPrompt) =>
    [
        .. Groups(model.Card.Path).Select(
            group => new KeyValuePair<string, string>(group.Key, FileFingerprint.Of(group.Value))),
        .. OfCard(model.Card, documentPrompt),
    ];

    private static IEnumerable<KeyValuePair<string, string>> OfCard(ModelCard card, string documentPrompt) =>
    [
        new("architecture", card.Architecture),
        new("pooling", card.Pooling),
        new("normalized", card.Normalized ? "yes" : "no"),
        new("dimensions", card.Dimensions.ToString(CultureInfo.InvariantCulture)),
        new("layers", card.LayersInUse),
        new("precision", card.Precision.Word()),
        new("max tokens", card.MaxTokens.ToString(CultureInfo.InvariantCulture)),
        new("document prompt", documentPrompt),
    ];

    // Keys that nothing read, by file: the card notes them as "file: key was not used."
    private static Dictionary<string, HashSet<string>> Unread(ModelCard card, Func<string, string> name)
    {
        var unread = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (string note in card.Notes.Where(one => one.EndsWith(NotUsed, StringComparison.Ordinal)))
        {
            int colon = note.LastIndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
                continue;
            string file = note[..colon], key = note[(colon + 2)..^NotUsed.Length].Trim('\'');
            string relative = Path.IsPathRooted(file) ? name(file) : file;
            if (!unread.TryGetValue(relative, out HashSet<string>? keys))
                unread.Add(relative, keys = new HashSet<string>(StringComparer.Ordinal));
            keys.Add(key);
        }
        return unread;
    }

    private static Dictionary<string, List<string>> Groups(string folder)
    {
        var groups = new Dictionary<string, List<string>>
        {
            ["config"] = [],
            ["modules"] = [],
            ["tokenizer"] = [],
            ["weights"] = [],
        };
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(
            StringComparer.Ordinal))
        {
            if (Group(Path.GetRelativePath(folder, file).Replace('\\', '/')) is { } group)
                groups[group].Add(file);
        }
        return groups;
    }

    // Files of other formats, pictures and read-me's decide nothing.
    private static string? Group(string name) => name switch
    {
        _ when name.EndsWith(".safetensors", StringComparison.Ordinal) => "weights",
        _ when name.EndsWith(".safetensors.index.json", StringComparison.Ordinal) => "weights",
        "config.json" => "config",
        HybridWeight.FileName => null, // of rankings, not of vectors
        "vocab.txt" or "vocab.json" or "merges.txt" or "special_tokens_map.json" or "added_tokens.json" => "tokenizer",
        "tokenizer.json" or "tokenizer_config.json" => "tokenizer",
        _ when name.EndsWith(".json", StringComparison.Ordinal)
            && !name.StartsWith("onnx/", StringComparison.Ordinal) =>
            "modules",
        _ => null,
    };
}
