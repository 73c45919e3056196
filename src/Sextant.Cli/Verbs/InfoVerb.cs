using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Kernels;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant info</c>: what runs here, and with what model.</summary>
internal sealed class InfoVerb : Verb
{
    public override string Name => "info";

    public override string Summary => "Shows version, machine, kernels and the model's card.";

    public override string Usage => "[flags]";

    public override Flag[] Flags =>
    [
        ModelFlags.Model, ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling, ModelFlags.Attention,
        ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant info", "The machine and the model that comes with the tool."),
        ("sextant info --model ./my-model --pooling mean", "Whether and how a folder loads."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"info takes flags only; '{arguments.Texts[0]}' is not accepted here");
        EmbeddingOptions options = ModelFlags.Options(arguments);
        var facts = new FactList();
        facts.Section("sextant");
        facts.Add("version", Tool.Version);
        facts.Add("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        facts.Add("processors", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        facts.Add("threads", (options.Threads ?? Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture));
        facts.Add("instruction sets", string.Join(", ", InstructionSets.Supported.Select(InstructionSets.Name)));
        facts.Add("machine code", KernelSet.MachineCodeProblem ?? "of our own can be run");
        if (InstructionSets.UnusedNote is { } unused)
            facts.Add("not used", unused);
        facts.Section("kernels");
        foreach (ChosenKernel op in KernelSet.Chosen.Ops)
            facts.Add(op.Table.Op, op.Name);

        // What is known of the machine is shown even where the model cannot be loaded.
        using OutputFile output = OutputFile.Create(null, terminal);
        output.Stream.Write(Encoding.UTF8.GetBytes(facts.ToString()));
        output.Stream.Flush();
        using EmbeddingModel model = ModelFlags.Load(arguments, options);
        output.Stream.Write(Encoding.UTF8.GetBytes("\n" + Card(model.Card)));
        if (model.Card.Precision != Precision.Exact)
        {
            var error = new FactList();
            error.Add("error", PrecisionError.Of(model, options, terminal.Cancellation).ToString());
            output.Stream.Write(Encoding.UTF8.GetBytes(error.ToString()));
        }
        output.Commit();
        return Tool.Ok;
    }

    private static string Card(ModelCard card)
    {
        var facts = new FactList();
        facts.Section("model");
        facts.Add("path", card.Path);
        facts.Add("architecture", card.Architecture);
        facts.Add("layers", Number(card.Layers));
        facts.Add("pooled layer", card.LayersInUse);
        facts.Add("hidden size", Number(card.HiddenSize));
        facts.Add("heads", card.KeyHeads == card.Heads
            ? $"{Number(card.Heads)} of {Number(card.HeadSize)}"
            : $"{Number(card.Heads)} of {Number(card.HeadSize)}, {Number(card.KeyHeads)} of keys and values");
        facts.Add("attention", card.Attention);
        facts.Add("intermediate size", Number(card.IntermediateSize));
        facts.Add("vocabulary", Number(card.VocabularySize));
        facts.Add("positions", $"{Number(card.MaxPositions)}, {card.PositionKind}");
        facts.Add("tokens of a text", $"at most {Number(card.MaxTokens)}");
        if (card.EndToken is not null)
            facts.Add("end token", $"\"{card.EndToken}\" after every text");
        facts.Add("stored as", card.StoredType);
        facts.Add("pooling", card.Pooling + (card.Normalized ? ", normalised" : ", not normalised"));
        facts.Add("dimensions", Number(card.Dimensions));
        facts.Add("runs on", card.Device);
        if (card.DeviceFallback is { } reason)
            facts.Add("in place of", reason);
        facts.Add("precision", card.Precision.Word());
        facts.Add("parameters", Number(card.Parameters));
        facts.Add(
            "memory", string.Create(CultureInfo.InvariantCulture, $"{card.PackedBytes / 1048576.0:F1} MiB of weights"));
        foreach ((string name, string prompt) in card.Prompts)
        {
            string quoted = $"\"{prompt}\"";
            string use = name == card.Prompt ? " (default)" : "";
            use += name == card.QueryPrompt ? " (queries)" : name == card.DocumentPrompt ? " (documents)" : "";
            facts.Add($"prompt {name}", quoted + use);
        }
        foreach (string note in card.Notes)
            facts.Add("note", note);
        return facts.ToString();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
