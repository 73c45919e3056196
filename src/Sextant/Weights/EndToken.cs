namespace Sextant.Weights;

/// <summary>The token that tokenizer_config.json wants after every text.</summary>
/// <remarks>
/// Decoders that pool their last token are trained with an end token there. Most tokenizer.json files add it themselves
/// (Qwen3-Embedding); where tokenizer_config.json says add_eos_token (e5-mistral, gte-Qwen2), transformers adds it when
/// it loads the tokenizer, whatever tokenizer.json says.
/// </remarks>
internal static class EndToken
{
    /// <summary>
    /// eos_token where add_eos_token is true or <paramref name="asked"/> is; null where nothing is to be added.
    /// </summary>
    /// <exception cref="InvalidModelException">An end token is to be added, and the file names none.</exception>
    public static string? Read(string folder, bool? asked)
    {
        string file = Path.Combine(folder, "tokenizer_config.json");
        ConfigFile? config = ConfigFile.ReadPythonIfPresent(file);
        if (!(asked ?? config?.OptionalBool("add_eos_token") ?? false))
            return null;
        if (config is null)
            throw new InvalidModelException(
                file, "is missing; an end token was asked for, which its 'eos_token' names.");
        if (!config.Has("eos_token"))
            throw config.Refuse("eos_token", "the end token's text");
        return config.IsString("eos_token")
            ? config.String("eos_token")
            : config.OptionalObject("eos_token")!.String("content");
    }
}
