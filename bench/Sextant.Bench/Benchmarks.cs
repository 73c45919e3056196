using BenchmarkDotNet.Attributes;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Models;

namespace Sextant.Bench;

/// <summary>
/// Runs what BenchmarkDotNet measures; the other commands work where its assemblies are not.
/// </summary>
internal static class Benchmarks
{
    public static void Run(string[] flags) =>
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromTypes([typeof(KernelBenchmarks), typeof(ModelBenchmarks)])
            .Run(flags);
}

/// <summary>
/// The cases of <c>sextant bench kernels --quick</c> under BenchmarkDotNet: the best kernel of each op.
/// </summary>
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private readonly ColdMemory _cold = new(MachineFacts.Read());
    private KernelCase? _case;

    /// <summary>Op, variant and shape.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    public static IEnumerable<string> Cases => OpCatalog.Ops.SelectMany(op =>
        op.Shapes(quick: true).Select(shape => $"{op.Op} {op.Variants[0]} {string.Join(',', shape)}"));

    [GlobalSetup]
    public void Setup()
    {
        string[] words = Case.Split(' ');
        OpCases op = OpCatalog.Ops.Single(op => op.Op == words[0]);
        int[] shape = Array.ConvertAll(
            words[2].Split(','), text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        _case = op.Create(InstructionSets.Supported[0], shape, words[1], _cold);
    }

    // What a run uses up comes back before each, outside of what is timed.
    [IterationSetup]
    public void Refresh() => _case!.Refresh();

    [GlobalCleanup]
    public void Cleanup()
    {
        _case?.Dispose();
        _cold.Dispose();
    }

    [Benchmark]
    public void Kernel() => _case!.Run();
}

/// <summary>Whole passes of MiniLM's shape, random weights, one thread and two.</summary>
[MemoryDiagnoser]
public class ModelBenchmarks
{
    private EmbeddingModel? _model;
    private PassSubject? _pass;

    /// <summary>Sequences × tokens.</summary>
    [Params("1x8", "1x32", "1x128", "32x128")]
    public string Batch { get; set; } = "";

    /// <summary>How the weights are stored.</summary>
    [Params("f32", "f16")]
    public string Type { get; set; } = "";

    /// <summary>Threads.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        string folder = SyntheticModel.MiniLm.Write(Path.Combine(Path.GetTempPath(), "sextant-bench"), Type);
        _model = EmbeddingModel.Load(folder, new() { Pooling = "mean", Normalize = true, Threads = Threads });
        int[] sizes = Array.ConvertAll(
            Batch.Split('x'), s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture));
        _pass = new PassSubject([_model], ModelInputs.Sequences(sizes[0], sizes[1], _model.Card.VocabularySize));
    }

    [GlobalCleanup]
    public void Cleanup() => _model?.Dispose();

    [Benchmark]
    public void Pass() => _pass!.Run();
}
