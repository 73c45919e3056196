using System.Globalization;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>What a config.json says of a classifier's labels and scores.</summary>
/// <param name="Labels">Names, in the order of the scores.</param>
/// <param name="LabelFunction">What makes probabilities of them.</param>
/// <param name="RankFunction">What makes a rank's score of the only one.</param>
internal sealed record LabelSettings(string[] Labels, ScoreFunction LabelFunction, ScoreFunction RankFunction)
{
    /// <summary>Reads the keys; <paramref name="count"/> scores come out of the head.</summary>
    /// <remarks>
    /// Labels as transformers' text-classification pipeline: sigmoid for one label or problem_type
    /// multi_label_classification, softmax for more, nothing for regression. Ranks as sentence-transformers'
    /// CrossEncoder: the activation that config_sentence_transformers.json names, which is <paramref name="stated"/>,
    /// else the one that the config names (sentence_transformers.activation_fn or, in older files,
    /// sbert_ce_default_activation_function), else sigmoid for one label and nothing for more.
    /// </remarks>
    public static LabelSettings Read(ConfigFile config, int count, string? stated = null)
    {
        string? problem = config.OptionalOneOf(
            "problem_type", "regression", "single_label_classification", "multi_label_classification");
        ScoreFunction labels = problem switch
        {
            "regression" => ScoreFunction.None,
            "multi_label_classification" => ScoreFunction.Sigmoid,
            "single_label_classification" when count > 1 => ScoreFunction.Softmax,
            _ => count == 1 ? ScoreFunction.Sigmoid : ScoreFunction.Softmax,
        };
        config.Ignore("num_labels", "label2id");
        return new LabelSettings(Names(config, count), labels, Rank(config, count, stated));
    }

    private const string Accepted =
        "'torch.nn.modules.linear.Identity' and 'torch.nn.modules.activation.Sigmoid'";

    private static ScoreFunction Rank(ConfigFile config, int count, string? stated)
    {
        ConfigFile? own = config.OptionalObject("sentence_transformers");
        own?.Ignore("version");
        string key = own is not null && own.Has("activation_fn")
            ? "activation_fn"
            : "sbert_ce_default_activation_function";
        ConfigFile from = key == "activation_fn" ? own! : config;
        string? name = stated ?? from.OptionalString(key);
        return name switch
        {
            null => count == 1 ? ScoreFunction.Sigmoid : ScoreFunction.None,
            "torch.nn.modules.linear.Identity" => ScoreFunction.None,
            "torch.nn.modules.activation.Sigmoid" => ScoreFunction.Sigmoid,
            _ when stated is null => throw from.Refuse(key, Accepted),
            _ => throw new InvalidModelException(
                Path.Combine(Path.GetDirectoryName(config.File) ?? "", "config_sentence_transformers.json"),
                $"'activation_fn' is {MessageText.Quote(name)}; accepted: {Accepted}."),
        };
    }

    private static string[] Names(ConfigFile config, int count)
    {
        List<KeyValuePair<string, string>> given = config.OptionalStringMap("id2label");
        var names = new string?[count];
        // Without the key, transformers writes these names.
        if (given.Count == 0)
        {
            for (int i = 0; i < count; i++)
                names[i] = string.Create(CultureInfo.InvariantCulture, $"LABEL_{i}");
        }
        foreach ((string id, string name) in given)
        {
            if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= count
                || names[index] is not null)
                throw config.Refuse(
                    "id2label", $"an object with the keys 0 to {count - 1}: the head has {count} labels");
            names[index] = name;
        }
        if (Array.IndexOf(names, null) >= 0)
            throw config.Refuse("id2label", $"an object with the keys 0 to {count - 1}: the head has {count} labels");
        return names!;
    }
}
