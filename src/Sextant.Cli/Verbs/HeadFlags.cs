using Sextant.Cli.Arguments;
using Sextant.Weights;

namespace Sextant.Cli.Verbs;

/// <summary>
/// The flags of verbs whose model needs a head that the model that comes with the tool does not have.
/// </summary>
internal static class HeadFlags
{
    public static readonly Flag Model = new(
        "--model", "NAME|DIR", "The folder of the model, or ORG/NAME[@REVISION] in the hub's cache. Needed.");

    /// <summary>The folder of the model.</summary>
    public static string Folder(ArgumentValues arguments, string needed) =>
        HubCache.Resolve(arguments.Text(Model)
            ?? throw new WrongUsageException($"which model? give --model DIR, a folder with {needed}"));

    /// <summary>A classifier's options.</summary>
    public static ClassifierOptions Classifier(ArgumentValues arguments)
    {
        EmbeddingOptions options = ModelFlags.Options(arguments);
        return new()
        {
            Truncation = options.Truncation,
            Threads = options.Threads,
            Device = options.Device,
            Precision = options.Precision,
        };
    }

    /// <summary>A sparse encoder's options.</summary>
    public static SparseOptions Sparse(ArgumentValues arguments, int? maxTerms)
    {
        EmbeddingOptions options = ModelFlags.Options(arguments);
        return new()
        {
            MaxTerms = maxTerms,
            Truncation = options.Truncation,
            Threads = options.Threads,
            Device = options.Device,
            Precision = options.Precision,
        };
    }

    /// <summary>A late-interaction model's options.</summary>
    public static MultiVectorOptions MultiVector(ArgumentValues arguments)
    {
        EmbeddingOptions options = ModelFlags.Options(arguments);
        return new()
        {
            Truncation = options.Truncation,
            Threads = options.Threads,
            Device = options.Device,
            Precision = options.Precision,
        };
    }
}
