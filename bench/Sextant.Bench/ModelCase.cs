using Sextant.Backends;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Models;

namespace Sextant.Bench;

/// <summary>A batch of the tool's reduced grid on MiniLM's shape.</summary>
/// <param name="Threads">Threads of the processor.</param>
/// <param name="Sequences">Sequences of the batch.</param>
/// <param name="Tokens">Tokens of each.</param>
internal sealed record ModelCase(int Threads, int Sequences, int Tokens)
{
    public static IReadOnlyList<ModelCase> All { get; } =
    [
        .. new[] { 1, Environment.ProcessorCount }.Distinct().SelectMany(threads =>
            GridScenario.Batches(quick: true).Select(batch => new ModelCase(threads, batch.Sequences, batch.Tokens))),
    ];

    /// <summary>The id of its row.</summary>
    public string Id => ModelRows.Id(BenchDevice.Processor, Run, GridScenario.Name, Setting);

    public KeyValuePair<string, string>[] Setting => GridScenario.Labels(Sequences, Tokens);

    /// <summary>What a row says of the model; no copy is loaded.</summary>
    public ModelRun Run => new(
        new LoadedShape(SyntheticModel.MiniLm.Name, "", ["--shape", SyntheticModel.MiniLm.Name], true),
        Precision.Exact, Threads, [], default);

    /// <summary>The case that a row's id names.</summary>
    public static ModelCase Named(string id) => All.Single(one => one.Id == id);

    /// <summary>The model, written where it is not yet.</summary>
    public LoadedShape Shape() => Run.Shape with
    {
        Folder = SyntheticModel.MiniLm.Write(Path.Combine(Path.GetTempPath(), "sextant-bench"), "f32"),
    };
}
