using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Sextant.Extensions.DependencyInjection;

/// <summary>Reads options from a configuration, and refuses what they cannot be.</summary>
internal static class SextantConfiguration
{
    private static readonly string[] s_kinds =
        [nameof(SextantOptions.Embeddings), nameof(SextantOptions.Rerankers), nameof(SextantOptions.SparseEncoders)];

    /// <exception cref="OptionsValidationException">A key is unknown or a value cannot be: all are said.</exception>
    public static void Read(IConfiguration configuration, SextantOptions options)
    {
        var failures = new List<string>();
        foreach (IConfigurationSection kind in configuration.GetChildren())
        {
            IDictionary<string, SextantModel>? models = Kind(options, kind.Key);
            if (models is null)
            {
                failures.Add($"'{kind.Path}' is unknown; {string.Join(", ", s_kinds)} are accepted.");
                continue;
            }
            if (kind.Value is { Length: > 0 })
                failures.Add($"'{kind.Path}' is '{kind.Value}'; models by their names are needed.");
            foreach (IConfigurationSection model in kind.GetChildren())
            {
                SextantModel read = models.TryGetValue(model.Key, out SextantModel? known) ? known : new SextantModel();
                models[model.Key] = read;
                if (model.Value is { Length: > 0 }) // a name of a model is all that there is to say of it
                    read.Path = model.Value;
                foreach (IConfigurationSection value in model.GetChildren())
                    Read(read, value, failures);
            }
        }
        if (failures.Count > 0)
            throw Refused(failures);
    }

    /// <exception cref="OptionsValidationException">Something cannot be; all of it is said.</exception>
    public static void Validate(SextantOptions options)
    {
        var failures = new List<string>();
        foreach (string kind in s_kinds)
        {
            bool isEmbeddings = kind == nameof(SextantOptions.Embeddings);
            foreach ((string name, SextantModel model) in Kind(options, kind)!)
            {
                void Require(bool holds, string problem)
                {
                    if (!holds)
                        failures.Add($"'{kind}:{name}' {problem}");
                }
                if (model is null)
                {
                    failures.Add($"'{kind}:{name}' is null.");
                    continue;
                }
                Require(
                    name.Length > 0 && !name.Contains('/', StringComparison.Ordinal)
                        && name != SextantOptions.QueryKey() && name != SextantOptions.DocumentKey(),
                    "needs another name: one without '/', and neither 'query' nor 'document'.");
                Require(model.Path is not null || isEmbeddings, "needs a Path.");
                Require(model.Path is null || model.Path.Length > 0, "has an empty Path.");
                Require(model.MaxTokens is null or > 0, $"has MaxTokens {model.MaxTokens}.");
                Require(model.Threads is null or > 0, $"has Threads {model.Threads}.");
                Require(model.Dimensions is null || isEmbeddings, "has Dimensions, which only embeddings have.");
                Require(model.Dimensions is null or > 0, $"has Dimensions {model.Dimensions}.");
                Require(
                    model.MaxTerms is null || kind == nameof(SextantOptions.SparseEncoders),
                    "has MaxTerms, which only sparse encoders have.");
                Require(model.MaxTerms is null or > 0, $"has MaxTerms {model.MaxTerms}.");
                Require(Enum.IsDefined(model.Precision), $"has Precision {model.Precision}.");
                Require(Enum.IsDefined(model.Truncation), $"has Truncation {model.Truncation}.");
            }
        }
        if (failures.Count > 0)
            throw Refused(failures);
    }

    private static IDictionary<string, SextantModel>? Kind(SextantOptions options, string key) =>
        key.ToUpperInvariant() switch
        {
            "EMBEDDINGS" => options.Embeddings,
            "RERANKERS" => options.Rerankers,
            "SPARSEENCODERS" => options.SparseEncoders,
            _ => null,
        };

    private static void Read(SextantModel model, IConfigurationSection section, List<string> failures)
    {
        string? text = section.Value;
        switch (section.Key.ToUpperInvariant())
        {
            case "PATH":
                model.Path = text;
                break;
            case "PRECISION":
                model.Precision = Choice(section, model.Precision, failures);
                break;
            case "TRUNCATION":
                model.Truncation = Choice(section, model.Truncation, failures);
                break;
            case "MAXTOKENS":
                model.MaxTokens = Number(section, failures);
                break;
            case "THREADS":
                model.Threads = Number(section, failures);
                break;
            case "DIMENSIONS":
                model.Dimensions = Number(section, failures);
                break;
            case "MAXTERMS":
                model.MaxTerms = Number(section, failures);
                break;
            default:
                failures.Add($"'{section.Path}' is unknown; Path, Precision, MaxTokens, Truncation, Threads, "
                    + "Dimensions and MaxTerms are accepted.");
                return;
        }
        if (section.GetChildren().Any())
            failures.Add($"'{section.Path}' has keys below it; a value is needed.");
    }

    private static int? Number(IConfigurationSection section, List<string> failures)
    {
        if (string.IsNullOrEmpty(section.Value))
            return null;
        if (int.TryParse(section.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return number;
        failures.Add($"'{section.Path}' is '{section.Value}'; a whole number is needed.");
        return null;
    }

    private static T Choice<T>(IConfigurationSection section, T before, List<string> failures)
        where T : struct, Enum
    {
        bool isName = section.Value is { Length: > 0 } text && char.IsAsciiLetter(text[0]);
        if (isName && Enum.TryParse(section.Value, ignoreCase: true, out T value) && Enum.IsDefined(value))
            return value;
        failures.Add($"'{section.Path}' is '{section.Value}'; {string.Join(", ", Enum.GetNames<T>())} are accepted.");
        return before;
    }

    private static OptionsValidationException Refused(List<string> failures) =>
        new("Sextant", typeof(SextantOptions), failures);
}
