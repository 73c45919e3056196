using Microsoft.ML.OnnxRuntime;
using Sextant.Backends;

namespace Sextant.Peers;

/// <summary>A way to run a batch of equally long texts.</summary>
internal interface IContestant
{
    string Name { get; }

    /// <summary>Whether its products are in bytes.</summary>
    bool IsInt8 { get; }

    /// <summary>Takes the ids of the passes that follow.</summary>
    void Prepare(TokenSequence[] batch);

    /// <summary>One pass.</summary>
    void Run();

    /// <summary>The unit vectors of the last pass.</summary>
    float[] Vectors();
}

/// <summary>Sextant in one precision.</summary>
internal sealed class SextantContestant(string folder, Precision precision, int threads) : IContestant, IDisposable
{
    private readonly EmbeddingModel _model = EmbeddingModel.Load(
        folder, new() { Pooling = "mean", Normalize = true, Threads = threads, Precision = precision });

    private TokenSequence[] _batch = [];
    private float[] _vectors = [];

    /// <summary>What computes.</summary>
    public string Device => _model.Card.Device;

    public string Name => precision switch
    {
        Precision.Exact => "Sextant f32",
        Precision.BFloat16 => "Sextant bf16",
        _ => "Sextant int8",
    };

    public bool IsInt8 => precision == Precision.Int8;

    public void Prepare(TokenSequence[] batch)
    {
        _batch = batch;
        _vectors = new float[batch.Length * _model.Dimensions];
    }

    public void Run() => _model.EmbedTokens(_batch, _vectors);

    public float[] Vectors() => _vectors;

    public void Dispose() => _model.Dispose();
}

/// <summary>
/// One of ONNX Runtime's graphs. A batch is tried whole and in smaller equal runs, which suit some graphs better; the
/// fastest is timed. Only the hidden states are computed: pooling is ours to add, outside of the time.
/// </summary>
internal sealed class OrtContestant : IContestant, IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string _output;
    private readonly List<(string[] Names, OrtValue[] Values)> _runs = [];
    private TokenSequence[] _batch = [];

    public OrtContestant(string graph, int threads)
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(graph, options);
        Name = "ORT " + Path.GetFileNameWithoutExtension(graph);
        _output = _session.OutputMetadata.First(one => one.Value.Dimensions.Length == 3).Key;
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    public string Name { get; }

    public bool IsInt8 => Name.Contains("int8", StringComparison.Ordinal);

    public void Prepare(TokenSequence[] batch)
    {
        _batch = batch;
        int best = batch.Length;
        double least = double.MaxValue;
        for (int size = batch.Length; size >= 1; size /= 4)
        {
            Cut(size);
            Run();
            double time = Enumerable.Range(0, 5).Min(_ => Duel.Time(this));
            (best, least) = time < least ? (size, time) : (best, least);
        }
        Cut(best);
    }

    public void Run()
    {
        foreach ((string[] names, OrtValue[] values) in _runs)
            _session.Run(_options, names, values, [_output]).Dispose();
    }

    public float[] Vectors()
    {
        var vectors = new List<float>();
        foreach ((string[] names, OrtValue[] values) in _runs)
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, names, values, [_output]);
            long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
            vectors.AddRange(Pooled(
                outputs[0].GetTensorDataAsSpan<float>(), (int)shape[0], (int)shape[1], (int)shape[2]));
        }
        return [.. vectors];
    }

    public void Dispose()
    {
        Cut(0);
        _options.Dispose();
        _session.Dispose();
    }

    // No mask hides anything: all texts of a batch are equally long.
    private void Cut(int size)
    {
        foreach ((_, OrtValue[] values) in _runs)
            Array.ForEach(values, value => value.Dispose());
        _runs.Clear();
        for (int first = 0; size > 0 && first < _batch.Length; first += size)
        {
            TokenSequence[] part = _batch[first..Math.Min(first + size, _batch.Length)];
            int tokens = part[0].Ids.Length;
            string[] names = [.. _session.InputMetadata.Keys];
            _runs.Add((names, Array.ConvertAll(names, name => Input(name, part, tokens))));
        }
    }

    private OrtValue Input(string name, TokenSequence[] part, int tokens)
    {
        long Value(int sequence, int token) => name switch
        {
            "input_ids" or "ids" => part[sequence].Ids.Span[token],
            "attention_mask" or "mask" => 1,
            "token_type_ids" or "types" => 0,
            "position_ids" => token,
            _ => throw new InvalidOperationException($"{Name}: the input '{name}' is not known."),
        };
        long[] shape = [part.Length, tokens];
        var values = new long[part.Length * tokens];
        for (int i = 0; i < values.Length; i++)
            values[i] = Value(i / tokens, i % tokens);
        return _session.InputMetadata[name].ElementType == typeof(int)
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => (int)value), shape)
            : OrtValue.CreateTensorValueFromMemory(values, shape);
    }

    private static IEnumerable<float> Pooled(ReadOnlySpan<float> hidden, int sequences, int tokens, int width)
    {
        var vectors = new float[sequences * width];
        for (int s = 0; s < sequences; s++)
        {
            double square = 0;
            for (int i = 0; i < width; i++)
            {
                double sum = 0;
                for (int t = 0; t < tokens; t++)
                    sum += hidden[((s * tokens) + t) * width + i];
                vectors[(s * width) + i] = (float)(sum / tokens);
                square += sum / tokens * (sum / tokens);
            }
            for (int i = 0; i < width; i++)
                vectors[(s * width) + i] /= (float)Math.Sqrt(square);
        }
        return vectors;
    }
}
