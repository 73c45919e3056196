using System.Globalization;
using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant verify</c>: the same texts through every kernel set, compared bit by bit.</summary>
internal sealed class VerifyVerb : Verb
{
    public override string Name => "verify";

    public override string Summary => "Compares all kernel sets that this machine can run, bit by bit.";

    public override string Usage => "[flags]";

    public override string Details =>
        "Embeds the same texts (of one word to as many as the model takes) with every kernel set, "
        + "and compares each with the reference: "
        + "the largest difference, the largest in steps of the float format (ulp), and whether all bits are equal. "
        + "Fails, with exit code 1, when they are not.";

    public override Flag[] Flags =>
    [
        ModelFlags.Model, ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling, ModelFlags.Prompt,
        ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant verify", "The model that comes with the tool."),
        ("sextant verify --model ./my-model --threads 2", "Another model, on two threads."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal) => Run(arguments, terminal, VerifiedSet.All());

    internal static int Run(ArgumentValues arguments, Terminal terminal, IReadOnlyList<VerifiedSet> sets)
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"verify brings its own texts; '{arguments.Texts[0]}' has no place here");
        EmbeddingOptions options = ModelFlags.Options(arguments);
        string folder = ModelFlags.Folder(arguments);
        float[]? reference = null;
        bool equal = true;
        var table = new StringBuilder("kernels         values  different     max abs     max ulp  bit-equal\n");
        using (var progress = new ProgressLine(terminal, "texts"))
        {
            foreach (VerifiedSet set in sets)
            {
                float[] vectors = Embed(set, folder, options, progress, terminal.Cancellation);
                reference ??= vectors;
                BitComparison found = BitComparison.Of(reference, vectors);
                equal &= found.IsEqual;
                string word = found.IsEqual ? "yes" : "NO";
                table.Append(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{set.Name,-12}{found.Values,10}{found.Different,11}{found.MaxAbs,12:G4}"
                    + $"{found.MaxUlp,12}  {word}\n"));
            }
        }
        using OutputFile output = OutputFile.Create(null, terminal);
        output.Stream.Write(Encoding.UTF8.GetBytes(table.ToString()));
        output.Commit();
        if (equal)
            return Tool.Ok;
        terminal.Error.WriteLine(
            $"sextant verify: the kernel sets differ on {folder}; this is a defect, please report it with this table");
        return Tool.Failed;
    }

    private static float[] Embed(
        VerifiedSet set, string folder, EmbeddingOptions options, ProgressLine progress, CancellationToken cancellation)
    {
        using EmbeddingModel model = set.Load(folder, options);
        var inputs = new VerifyInputs(model);
        var vectors = new float[inputs.Count * model.Dimensions];
        inputs.Embed(vectors, progress, cancellation);
        progress.Advance(inputs.Count);
        return vectors;
    }
}
