using BenchmarkDotNet.Attributes;
using Sextant.Kernels;
using Sextant.Measurement.Models;

namespace Sextant.Bench;

/// <summary>Matrix products of BERT shapes, one thread.</summary>
[MemoryDiagnoser]
public class GemmBenchmarks
{
    private GemmRun? _run;

    /// <summary>T, F, K.</summary>
    [Params("8,384,384", "32,384,384", "128,1536,384", "128,384,1536", "4096,1536,384")]
    public string Shape { get; set; } = "";

    /// <summary>How the weights are stored.</summary>
    [ParamsAllValues]
    public StoredType Type { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = Array.ConvertAll(Shape.Split(','), s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture));
        _run = new GemmRun(InstructionSets.Supported[0], Type, sizes[0], sizes[1], sizes[2]);
    }

    [GlobalCleanup]
    public void Cleanup() => _run?.Dispose();

    [Benchmark]
    public void Gemm() => _run!.Run();
}

/// <summary>Whole passes of the MiniLM shape, random weights, one thread and two.</summary>
[MemoryDiagnoser]
public class EncoderBenchmarks
{
    private EmbeddingModel? _model;
    private TokenSequence[] _batch = [];
    private float[] _vectors = [];

    /// <summary>Sequences × tokens.</summary>
    [Params("1×8", "1×32", "1×128", "32×128")]
    public string Shape { get; set; } = "";

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
        int[] sizes = Array.ConvertAll(Shape.Split('×'), s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture));
        _batch = EncoderReport.Sequences(sizes[0], sizes[1]);
        _vectors = new float[sizes[0] * _model.Dimensions];
    }

    [GlobalCleanup]
    public void Cleanup() => _model?.Dispose();

    [Benchmark]
    public void Encode() => _model!.EmbedTokens(_batch, _vectors);
}
