using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Sextant.Backends;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Models;

namespace Sextant.Bench;

/// <summary>
/// Runs what BenchmarkDotNet measures; the other commands work where its assemblies are not.
/// </summary>
internal static class Benchmarks
{
    /// <summary>Runs the benchmarks that BenchmarkDotNet's flags choose.</summary>
    /// <param name="flags">Its flags, after <c>--record FILE</c> where a record is wanted.</param>
    public static void Run(string[] flags)
    {
        string? path = flags is ["--record", var file, ..] ? file : null;
        using BenchmarkRecord? record = path is null ? null : new BenchmarkRecord();
        Summary[] summaries = [.. BenchmarkSwitcher.FromTypes(
            [typeof(KernelBenchmarks), typeof(InPlaceKernelBenchmarks), typeof(ModelBenchmarks)])
            .Run(path is null ? flags : flags[2..])];
        record?.Write(path!, $"Sextant.Bench benchmarks {string.Join(' ', flags)}", summaries);
    }
}

/// <summary>The cases of <c>sextant bench kernels --quick</c>, by the ids of their rows.</summary>
public abstract class KernelCaseBenchmarks
{
    private static readonly IReadOnlyList<NamedCase> s_cases = KernelCases.Of(new KernelChoice(), quick: true);
    private static readonly Lazy<ILookup<bool, string>> s_ids = new(ByWhetherInPlace);
    private readonly ColdMemory _cold = new(MachineFacts.Read());
    private KernelCase? _case;

    private protected KernelCase One => _case!;

    private protected static IEnumerable<string> Ids(bool inPlace) => s_ids.Value[inPlace];

    // Which of the cases use up their inputs shows when they are made, on little memory here.
    private static ILookup<bool, string> ByWhetherInPlace()
    {
        using var cold = new ColdMemory(MachineFacts.Read(), 16 << 20);
        return s_cases.ToLookup(IsInPlace, named => named.Name.Id);

        bool IsInPlace(NamedCase named)
        {
            using KernelCase one = named.Create(cold);
            return one.RunsPerRefresh != int.MaxValue;
        }
    }

    /// <summary>The case that a row's id names.</summary>
    internal static NamedCase Named(string id) => s_cases.Single(one => one.Name.Id == id);

    private protected void Create(string id)
    {
        _case = Named(id).Create(_cold);
        _case.Refresh();
    }

    /// <summary>Frees the case.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _case?.Dispose();
        _cold.Dispose();
    }
}

/// <summary>Cases that can run again and again.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks : KernelCaseBenchmarks
{
    /// <summary>The id of its row.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> Cases => Ids(inPlace: false);

    /// <summary>Makes the case.</summary>
    [GlobalSetup]
    public void Setup() => Create(Case);

    /// <summary>One run.</summary>
    [Benchmark]
    public void Kernel() => One.Run();
}

/// <summary>
/// Cases whose kernel overwrites its input: an iteration is one run on each of the copies, which are renewed before.
/// </summary>
[MemoryDiagnoser]
public class InPlaceKernelBenchmarks : KernelCaseBenchmarks
{
    /// <summary>The id of its row.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> Cases => Ids(inPlace: true);

    /// <summary>Makes the case.</summary>
    [GlobalSetup]
    public void Setup() => Create(Case);

    /// <summary>Outside of what is timed.</summary>
    [IterationSetup]
    public void Refresh() => One.Refresh();

    /// <summary>As many runs as there are copies.</summary>
    [Benchmark]
    public void Copies()
    {
        for (int run = 0; run < One.RunsPerRefresh; run++)
            One.Run();
    }
}

/// <summary>
/// The grid of <c>sextant bench model --shape minilm --threads N --scenario Grid --quick</c>, one thread and all.
/// </summary>
[MemoryDiagnoser]
public class ModelBenchmarks
{
    private EmbeddingModel[] _copies = [];
    private PassSubject? _pass;

    /// <summary>The id of its row.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> Cases => ModelCase.All.Select(one => one.Id);

    /// <summary>Loads the copies of the model.</summary>
    [GlobalSetup]
    public void Setup()
    {
        ModelCase one = ModelCase.Named(Case);
        _copies = one.Shape().LoadCopies(
            BenchDevice.Processor, Precision.Exact, one.Threads, MachineFacts.Read(), quick: true);
        _pass = new PassSubject(
            _copies, ModelInputs.Sequences(one.Sequences, one.Tokens, _copies[0].Card.VocabularySize));
    }

    /// <summary>Frees the copies.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (EmbeddingModel copy in _copies)
            copy.Dispose();
    }

    /// <summary>One pass over the batch.</summary>
    [Benchmark]
    public void Pass() => _pass!.Run();
}
