namespace Sextant.Weights;

/// <summary>Special tokens that a tokenizer's files name by what they are for.</summary>
internal static class SpecialTokens
{
    /// <summary>
    /// What queries of late-interaction models are filled up with: the mask token, or where there is none the end
    /// token.
    /// </summary>
    /// <exception cref="InvalidModelException">The files name neither.</exception>
    public static string Filler(string folder)
    {
        string file = Path.Combine(folder, "tokenizer_config.json");
        ConfigFile? config = ConfigFile.ReadPythonIfPresent(file);
        ConfigFile? map = ConfigFile.ReadIfPresent(Path.Combine(folder, "special_tokens_map.json"));
        foreach (string key in (string[])["mask_token", "eos_token"])
        {
            if (Text(config, key) is { } text)
                return text;
            if (Text(map, key) is { } mapped)
                return mapped;
            // The default of the classes, which their files need not repeat.
            if (key == "mask_token" && (config is null ? File.Exists(Path.Combine(folder, "vocab.txt"))
                : config.IsString("tokenizer_class") && config.String("tokenizer_class") is "BertTokenizer"
                    or "BertTokenizerFast" or "DistilBertTokenizer" or "DistilBertTokenizerFast"))
                return "[MASK]";
        }
        throw new InvalidModelException(file,
            "'mask_token' is missing, and so is 'eos_token'; one of them is what queries are filled up with.");
    }

    private static string? Text(ConfigFile? config, string key)
    {
        if (config is null || !config.Has(key))
            return null;
        return config.IsString(key) ? config.String(key) : config.OptionalObject(key)!.String("content");
    }
}
