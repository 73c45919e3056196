using Sextant.Cli.Arguments;
using Sextant.Indexes;

namespace Sextant.Cli.Verbs;

/// <summary>The flags of all verbs that use a model.</summary>
internal static class ModelFlags
{
    public static readonly Flag Model = new(
        "--model", "NAME|DIR",
        "tiny, minilm or arctic-xs, the folder of a model, or ORG/NAME[@REVISION] as 'sextant pull' downloaded it. "
            + "Default: SEXTANT_MODEL, or minilm.");
    public static readonly Flag Threads = new(
        "--threads", "N", "Threads to compute with. Default: as many as the process may use.");
    public static readonly Flag Dimensions = new(
        "--dimensions", "D", "Keep the first D values of each vector (Matryoshka). Default: all.");
    public static readonly Flag Layers = new("--layers", "L", "Run the first L layers only. Default: all.");
    public static readonly Flag Pooling = new(
        "--pooling", "P",
        "cls, mean, max, mean_sqrt_len_tokens, weightedmean or lasttoken, several joined with '+'. Default: as the "
            + "model says.");
    public static readonly Flag Attention = new(
        "--attention", "SEES",
        "What tokens of a decoder see: causal or bidirectional. Default: as the model says.");
    public static readonly Flag Prompt = new(
        "--prompt", "NAME", "Put the model's prompt of this name before each text. Default: as the model says.");
    public static readonly Flag PromptText = new(
        "--prompt-text", "TEXT",
        "Put this text before each text, to the letter, such as an instruction; \"\" is none.")
    {
        MayBeEmpty = true,
    };
    public static readonly Flag Truncate = new(
        "--truncate", "SIDE",
        "What to do with a text that is too long: error, right (cut its end) or left (cut its beginning). Default: "
            + "right, with a warning.");

    /// <summary>The options that the flags say.</summary>
    public static EmbeddingOptions Options(ArgumentValues arguments) => new()
    {
        Dimensions = arguments.Number(Dimensions, 1, 1 << 16),
        Layers = arguments.Number(Layers, 0, 10_000),
        Pooling = arguments.Text(Pooling),
        Attention = IndexModel.AttentionNamed(arguments.Choice(Attention, "causal", "bidirectional")),
        Prompt = arguments.Text(Prompt),
        Threads = arguments.Number(Threads, 1, 1024),
        Device = arguments.Device,
        Precision = DeviceFlags.PrecisionOf(arguments),
        Truncation = arguments.Choice(Truncate, "error", "right", "left") switch
        {
            "error" => Truncation.Error,
            "left" => Truncation.Left,
            _ => Truncation.Right,
        },
    };

    /// <summary>The prompt that the flags say, or null.</summary>
    public static Prompt? PromptOf(ArgumentValues arguments)
    {
        string? name = arguments.Text(Prompt);
        string? text = arguments.Text(PromptText);
        if (name is not null && text is not null)
            throw new WrongUsageException("--prompt and --prompt-text are both given; a text has one prompt");
        return name is not null ? Sextant.Prompt.Named(name) : text is not null ? Sextant.Prompt.Text(text) : null;
    }

    /// <summary>Loads the model that the flags name.</summary>
    public static EmbeddingModel Load(ArgumentValues arguments, EmbeddingOptions options) =>
        EmbeddingModel.Load(Folder(arguments), options);

    /// <summary>The folder that the flags name.</summary>
    public static string Folder(ArgumentValues arguments) => NamedModels.FolderOf(NameOf(arguments));

    /// <summary>
    /// The name that --model, the environment or the tool gives; says so where it is the second best.
    /// </summary>
    public static string NameOf(ArgumentValues arguments) =>
        arguments.Text(Model) ?? NamedModels.Default(arguments.Warn);

    /// <summary>The model that made an index, from --model or where it was; another one is refused.</summary>
    public static EmbeddingModel LoadOf(string path, IndexDefinition definition, ArgumentValues arguments) =>
        IndexModel.Load(path, definition, arguments.Text(Model), Options(arguments));
}
