using System.Globalization;
using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Verbs;

/// <summary>
/// <c>sextant verify</c>: every op and the same texts through every kernel set and device, compared bit by bit.
/// </summary>
internal sealed class VerifyVerb : Verb
{
    public override string Name => "verify";

    public override string Summary => "Compares all kernel sets and devices of this machine, bit by bit.";

    public override string Usage => "[flags]";

    public override string Details =>
        "Runs every op in the model's shapes, and embeds the same texts (of one word to as many as the model takes), "
        + "with every kernel set of the CPU and on every CUDA and OpenCL device, and compares each with the reference: "
        + "the largest difference, the largest in steps of the float format (ulp), and whether all bits are equal. "
        + "Fails, with exit code 1, when they are not. A device that has fast mode is compared in it too: its bits are "
        + "its own, so that the cosine stands in their place, which fails below 0.99. Products in int8 and bf16 are "
        + "compared bit by bit too, each with its own reference, and that one with the exact one by its cosine.";

    public override Flag[] Flags =>
    [
        ModelFlags.Model, ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling, ModelFlags.Attention,
        ModelFlags.Prompt, ModelFlags.Threads,
    ];

    /// <summary>It takes all devices.</summary>
    public override bool ChoosesDevice => false;

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant verify", "The model that comes with the tool."),
        ("sextant verify --model ./my-model --threads 2", "Another model, on two threads."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        var skipped = new StringBuilder();
        VerifiedSet[] sets =
        [
            .. VerifiedSet.All(),
            .. VerifiedSet.Devices((choice, problem) => skipped.Append($"{choice} was not compared: {problem}\n")),
        ];
        return Run(arguments, terminal, sets, skipped.ToString());
    }

    private const double MinCosine = 0.99;

    internal static int Run(
        ArgumentValues arguments, Terminal terminal, IReadOnlyList<VerifiedSet> sets, string skipped = "")
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"verify brings its own texts; '{arguments.Texts[0]}' is not accepted here");
        EmbeddingOptions options = ModelFlags.Options(arguments);
        string folder = ModelFlags.Folder(arguments);
        var expected = new Dictionary<string, float[]>();
        bool equal = true;
        VerifiedOps? ops = null;
        var notes = new StringBuilder();
        var table = new StringBuilder(
            "kernels         op                    values  different     max abs     max ulp  bit-equal\n");
        using (var progress = new ProgressLine(terminal, "texts"))
        {
            foreach (VerifiedSet set in sets)
            {
                using EmbeddingModel? model = set.IsOpsAlone ? null : set.Load(folder, options);
                ops ??= new VerifiedOps(model!.Card);
                if (set.CreateBackend is not null)
                {
                    using Backend backend = set.CreateBackend();
                    // Weights that are loaded from here on are what they will be.
                    backend.Settle(() => { });
                    foreach (string op in set.Group.Length > 0 ? [VerifiedOps.Product] : VerifiedOps.Names)
                    {
                        terminal.Cancellation.ThrowIfCancellationRequested();
                        equal &= Compare(set, op, ops.Run(op, backend), expected, table);
                    }
                }
                if (model is null)
                    continue;
                float[] vectors = Embed(model, progress, terminal.Cancellation);
                if (set.Group.Length > 0 && !expected.ContainsKey(Key(set, "whole model")))
                    equal &= Near(set, vectors, expected["whole model"], notes);
                equal &= Compare(set, "whole model", vectors, expected, table);
                // A device in fast mode may have a choice of products.
                if (set.IsFast)
                    notes.Append(CultureInfo.InvariantCulture, $"{set.Name} was {model.Card.Device}\n");
            }
        }
        using OutputFile output = OutputFile.Create(null, terminal);
        output.Stream.Write(Encoding.UTF8.GetBytes(table.Append(notes).Append(skipped).ToString()));
        output.Commit();
        if (equal)
            return Tool.Ok;
        terminal.Error.WriteLine(
            $"sextant verify: the kernel sets differ on {folder}, or fast mode is too far; this is a defect, please "
            + "report it with this table");
        return Tool.Failed;
    }

    private static string Key(VerifiedSet set, string op) => set.Group + op;

    private static bool Near(VerifiedSet set, float[] values, float[] exact, StringBuilder notes)
    {
        double cosine = BitComparison.Of(exact, values).Cosine;
        notes.Append(CultureInfo.InvariantCulture, $"{set.Name} to exact, whole model: cosine {cosine:F6}\n");
        return cosine >= MinCosine;
    }

    // The first set's result is what the others are compared with.
    private static bool Compare(
        VerifiedSet set, string op, float[] values, Dictionary<string, float[]> expected, StringBuilder table)
    {
        expected.TryAdd(Key(set, op), values);
        BitComparison found = BitComparison.Of(expected[Key(set, op)], values);
        bool passes = set.IsFast ? found.Cosine >= MinCosine : found.IsEqual;
        string word = set.IsFast
            ? string.Create(CultureInfo.InvariantCulture, $"{(passes ? "" : "NO, ")}cosine {found.Cosine:F6}")
            : passes ? "yes" : "NO";
        table.Append(string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Name,-15} {op,-18}{found.Values,10}{found.Different,11}{found.MaxAbs,12:G4}{found.MaxUlp,12}  "
            + $"{word}\n"));
        return passes;
    }

    private static float[] Embed(EmbeddingModel model, ProgressLine progress, CancellationToken cancellation)
    {
        var inputs = new VerifyInputs(model);
        var vectors = new float[inputs.Count * model.Dimensions];
        inputs.Embed(vectors, progress, cancellation);
        progress.Advance(inputs.Count);
        return vectors;
    }
}
