namespace Sextant.Weights;

/// <summary>How the weights of a checkpoint are bytes, as quantization_config in config.json says it.</summary>
/// <remarks>
/// Two are read. compressed-tensors' "int-quantized" (vLLM's llm-compressor writes it): 'x.weight' I8 [F,K] and
/// 'x.weight_scale' [F,1]. And what 'sextant convert --int8' writes, where 'x.weight_inverse' [K] may stand beside
/// them: what inputs are multiplied by, in the sense of SmoothQuant (Xiao et al., 2022).
/// </remarks>
internal sealed class QuantizationScheme
{
    /// <summary>The key of config.json.</summary>
    public const string Key = "quantization_config";

    /// <summary>quant_method of what this project writes.</summary>
    public const string Own = "sextant";

    /// <summary>Its format.</summary>
    public const string OwnFormat = "int8";

    private const string Compressed = "compressed-tensors";
    private const string ScaleEnding = "_scale", InverseEnding = "_inverse";

    private QuantizationScheme(bool hasInverse) => HasInverse = hasInverse;

    /// <summary>Whether factors of inputs may stand beside the bytes.</summary>
    public bool HasInverse { get; }

    /// <summary>The name of the scales of a tensor.</summary>
    public static string ScaleOf(string tensor) => tensor + ScaleEnding;

    /// <summary>The name of the factors of its inputs.</summary>
    public static string InverseOf(string tensor) => tensor + InverseEnding;

    /// <summary>Reads a config.json; null where weights are numbers of their own.</summary>
    /// <exception cref="InvalidModelException">They were quantised in a way that is not read.</exception>
    public static QuantizationScheme? Read(ConfigFile config)
    {
        if (config.OptionalObject(Key) is not { } scheme)
            return null;
        bool isOwn = scheme.OneOf("quant_method", Compressed, Own) == Own;
        scheme.OneOf("format", isOwn ? OwnFormat : "int-quantized");
        if (isOwn)
            scheme.Int("version", 1, 1);
        else
            RequireChannels(scheme);
        string? unknown = config.UnreadKeys.FirstOrDefault(
            key => key.StartsWith(Key + ".", StringComparison.Ordinal));
        if (unknown is not null)
            throw config.RefuseUnknown(unknown);
        return new QuantizationScheme(isOwn);
    }

    private static void RequireChannels(ConfigFile scheme)
    {
        scheme.OneOf("quantization_status", "compressed");
        // What is left out is seen from the tensors; the rest is about the file.
        scheme.Ignore("ignore", "global_compression_ratio", "version");
        if (scheme.Has("kv_cache_scheme"))
            throw scheme.Refuse("kv_cache_scheme", "null");
        if (scheme.OptionalObject("sparsity_config") is { } sparsity && sparsity.InnerKeys.Count > 0)
        {
            sparsity.OneOf("format", "dense");
            sparsity.Ignore([.. sparsity.InnerKeys]);
        }
        if (scheme.OptionalObject("transform_config") is { } transform && transform.InnerKeys.Count > 0)
            throw scheme.Refuse("transform_config", "null");
        ConfigFile groups = scheme.OptionalObject("config_groups") ?? throw scheme.Refuse("config_groups", "an object");
        foreach (string name in groups.InnerKeys)
        {
            ConfigFile group = groups.OptionalObject(name)!;
            group.Ignore("targets");
            group.OptionalOneOf("format", "int-quantized");
            ConfigFile weights = group.OptionalObject("weights") ?? throw group.Refuse("weights", "an object");
            RequireBytes(weights);
            weights.OneOf("strategy", "channel");
            if (weights.OptionalBool("dynamic") == true)
                throw weights.Refuse("dynamic", "false");
            if (group.OptionalObject("input_activations") is { } inputs)
            {
                // Rows of inputs are quantised as they come here too; a fixed scale would be another computation.
                RequireBytes(inputs);
                inputs.OneOf("strategy", "token");
                if (inputs.OptionalBool("dynamic") != true)
                    throw inputs.Refuse("dynamic", "true");
            }
            if (group.Has("output_activations"))
                throw group.Refuse("output_activations", "null");
        }
    }

    private static void RequireBytes(ConfigFile numbers)
    {
        numbers.Int("num_bits", 8, 8);
        numbers.OptionalOneOf("type", "int");
        if (numbers.OptionalBool("symmetric") == false)
            throw numbers.Refuse("symmetric", "true");
        foreach (string key in (ReadOnlySpan<string>)["group_size", "block_structure", "actorder"])
        {
            if (numbers.Has(key))
                throw numbers.Refuse(key, "null");
        }
        numbers.Ignore("observer", "observer_kwargs", "scale_dtype", "zp_dtype");
    }
}
