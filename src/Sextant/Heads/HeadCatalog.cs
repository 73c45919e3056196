using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Models;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>Reads a config.json into what the head of a family is.</summary>
internal delegate HeadPlan ReadHead(ConfigFile config);

/// <summary>
/// The heads there are, a line for each family and kind; the formulas are those of the families' own code.
/// </summary>
internal static class HeadCatalog
{
    private const string Bert = "embeddings.word_embeddings.weight";
    private const string Decoder = "embed_tokens.weight";

    /// <summary>Heads that give a sequence one score for each label.</summary>
    public static readonly IReadOnlyList<(string ModelType, ReadHead Read)> Classification =
    [
        ("bert", _ => Classifier("bert.pooler.dense", ActivationKind.Tanh, "classifier")),
        ("roberta", RobertaClassifier),
        ("xlm-roberta", RobertaClassifier),
        ("camembert", RobertaClassifier),
        ("mpnet", RobertaClassifier),
        ("electra", _ => Classifier("classifier.dense", ActivationKind.Gelu, "classifier.out_proj")),
        ("distilbert", _ => Classifier("pre_classifier", ActivationKind.Relu, "classifier")),
        ("deberta-v2",
            config => Classifier("pooler.dense", Activations.Parse(config, "pooler_hidden_act"), "classifier")),
        ("modernbert", ModernBertClassifier),
        ("llama", Score),
        ("mistral", Score),
        ("qwen2", Score),
        ("qwen3", Score),
        ("gemma", Score),
        ("gemma2", Score),
        ("gemma3_text", Score),
        ("bloom", Score),
    ];

    /// <summary>Heads that give every token a score for each token of the vocabulary that could stand there.</summary>
    public static readonly IReadOnlyList<(string ModelType, ReadHead Read)> MaskedLanguage =
    [
        ("bert", config => Masked("cls.predictions.transform.dense", Activations.Parse(config, "hidden_act"),
            "cls.predictions.transform.LayerNorm", Epsilon(config, 1e-12f), "cls.predictions.decoder",
            "cls.predictions.bias", "cls.predictions.decoder.bias")),
        ("roberta", RobertaMasked),
        ("xlm-roberta", RobertaMasked),
        ("camembert", RobertaMasked),
        ("mpnet", RobertaMasked),
        ("distilbert", config => Masked("vocab_transform", Activations.Parse(config, "activation"),
            "vocab_layer_norm", 1e-12f, "vocab_projector", "vocab_projector.bias")),
        ("modernbert", ModernBertMasked),
    ];

    /// <summary>Heads that give a score for each token of the vocabulary that could come next.</summary>
    public static readonly IReadOnlyList<(string ModelType, ReadHead Read)> NextToken =
    [
        ("llama", Next),
        ("mistral", Next),
        ("qwen2", Next),
        ("qwen3", Next),
        ("gemma", Next),
        ("gemma3_text", Next),
        ("bloom", config => Next(config) with { Tied = "word_embeddings.weight" }),
    ];

    /// <summary>Heads that give every token one score.</summary>
    public static readonly IReadOnlyList<(string ModelType, ReadHead Read)> Discriminator =
    [
        ("electra", config => new HeadPlan
        {
            Kind = "a discriminator",
            Dense = "discriminator_predictions.dense",
            Activation = Activations.Parse(config, "hidden_act"),
            Output = "discriminator_predictions.dense_prediction",
            OutputBias = ["discriminator_predictions.dense_prediction.bias"],
        }),
    ];

    /// <summary>The head of a kind that config.json's family has.</summary>
    /// <exception cref="UnsupportedRequestException">This family has no such head here.</exception>
    public static HeadPlan Find(IReadOnlyList<(string ModelType, ReadHead Read)> heads, string kind, ConfigFile config)
    {
        string type = config.String("model_type");
        foreach ((string known, ReadHead read) in heads)
        {
            if (known == type)
                return read(config);
        }
        throw new UnsupportedRequestException(
            $"{config.File}: {kind} is not supported for model_type '{type}'; it is for "
            + $"{string.Join(", ", heads.Select(head => head.ModelType))}.");
    }

    private static HeadPlan Classifier(string dense, ActivationKind activation, string output) => new()
    {
        Kind = "sequence classification",
        Dense = dense,
        Activation = activation,
        Output = output,
        OutputBias = [output + ".bias"],
    };

    private static HeadPlan RobertaClassifier(ConfigFile config) =>
        Classifier("classifier.dense", ActivationKind.Tanh, "classifier.out_proj");

    private static HeadPlan ModernBertClassifier(ConfigFile config)
    {
        string pooling = config.OptionalOneOf("classifier_pooling", "cls", "mean") ?? "cls";
        return Classifier("head.dense", Activations.Parse(config, "classifier_activation"), "classifier") with
        {
            Pool = pooling == "cls" ? PoolKind.Cls : PoolKind.Mean,
            DenseBias = config.OptionalBool("classifier_bias") ?? false,
            Norm = "head.norm",
            NormKind = ModernBertNorm(config),
            Epsilon = config.OptionalFloat("norm_eps", 0f, 1f) ?? 1e-5f,
        };
    }

    // Decoders: one matrix without a bias on the last token.
    private static HeadPlan Score(ConfigFile config) => new()
    {
        Kind = "sequence classification",
        Pool = PoolKind.LastToken,
        Output = "score",
    };

    private static HeadPlan Masked(
        string dense, ActivationKind activation, string norm, float epsilon, string output,
        params string[] bias) => new()
        {
            Kind = "a masked-language head",
            Dense = dense,
            Activation = activation,
            Norm = norm,
            NormKind = NormKind.Layer,
            Epsilon = epsilon,
            Output = output,
            OutputBias = bias,
            Tied = Bert,
        };

    private static HeadPlan RobertaMasked(ConfigFile config) => Masked(
        "lm_head.dense", ActivationKind.Gelu, "lm_head.layer_norm", Epsilon(config, 1e-5f), "lm_head.decoder",
        "lm_head.bias", "lm_head.decoder.bias");

    private static HeadPlan ModernBertMasked(ConfigFile config) => Masked(
        "head.dense", Activations.Parse(config, "classifier_activation"), "head.norm",
        config.OptionalFloat("norm_eps", 0f, 1f) ?? 1e-5f, "decoder", "decoder.bias") with
    {
        DenseBias = config.OptionalBool("classifier_bias") ?? false,
        NormKind = ModernBertNorm(config),
        OutputBias = config.OptionalBool("decoder_bias") ?? true ? ["decoder.bias"] : [],
        Tied = "embeddings.tok_embeddings.weight",
    };

    private static NormKind ModernBertNorm(ConfigFile config) =>
        config.OptionalBool("norm_bias") ?? false ? NormKind.Layer : NormKind.LayerWithoutBias;

    private static HeadPlan Next(ConfigFile config)
    {
        if (config.OptionalDouble("final_logit_softcapping", 0, double.MaxValue) is not null)
            throw config.Refuse("final_logit_softcapping", "null, for next-token scores");
        return new HeadPlan { Kind = "a next-token head", Output = "lm_head", Tied = Decoder };
    }

    private static float Epsilon(ConfigFile config, float otherwise) =>
        config.OptionalFloat("layer_norm_eps", 0f, 1f) ?? otherwise;
}
