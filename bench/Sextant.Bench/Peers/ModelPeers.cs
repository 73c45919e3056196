using System.Globalization;
using Sextant.Measurement.Models;
using Sextant.Measurement.Records;

namespace Sextant.Bench.Peers;

/// <summary>
/// Our encoder and another engine's on the same weights, the same ids and the same processors, in turns. Before a shape
/// is timed, all hidden states must agree: a speed means nothing before both compute the same.
/// </summary>
internal static class ModelPeers
{
    // Copies of the model on each side, used in turn: a pass finds its weights in memory, not in a small cache.
    private const int Copies = 4;

    // What the hidden states may differ by when both compute the same model, far above what is seen. ONNX Runtime and
    // PyTorch: f32 in other orders of summation. llama.cpp computes GELU by its approximation with tanh, from a table
    // in half precision; its other types round every weight, to 8 bits of significand or to 8-bit integers.
    private static double Agreement(string engine) => engine switch
    {
        "llamacpp" => 1e-2,
        "llamacpp-bf16" or "llamacpp-q8_0" => 1e-1,
        _ => 1e-3,
    };

    private static readonly (int Sequences, int Tokens)[] s_batches = [(1, 8), (1, 16), (1, 32), (1, 128), (32, 128)];

    public static void Run(string engine, SyntheticModel shape, int threads, string root, string output)
    {
        if (Environment.ProcessorCount != threads)
        {
            throw new InvalidOperationException(
                $"{Environment.ProcessorCount} processors are allowed; a run with {threads} thread(s) must be pinned "
                + $"to as many, for example: taskset -c 0-{threads - 1} …");
        }
        string folder = shape.Write(root, "f32");
        var options = new EmbeddingOptions { Pooling = "mean", Normalize = true, Threads = threads };
        EmbeddingModel[] models = [.. Enumerable.Range(0, Copies).Select(_ => EmbeddingModel.Load(folder, options))];
        PeerProcess[] peers = [.. Start(engine, folder, threads)];
        using var records = new PeerRecords();
        foreach ((int sequences, int tokens) in s_batches)
            Duel(records, shape, models, peers, engine, threads, sequences, tokens);
        records.Write(
            output, FormattableString.Invariant($"{engine}-{shape.Name}-{threads}"),
            FormattableString.Invariant($"Sextant.Bench peers {engine} {shape.Name} {threads}"), peers[0].Version);
        foreach (PeerProcess peer in peers)
            peer.Dispose();
        foreach (EmbeddingModel model in models)
            model.Dispose();
    }

    private static IEnumerable<PeerProcess> Start(string engine, string model, int threads)
    {
        // Threads of several copies spin on after a pass and disturb each other's: with several threads, one copy.
        string count = threads.ToString(CultureInfo.InvariantCulture), sessions = threads == 1 ? "4" : "1";
        string folder = PeerProcess.Folder(engine.Split('-')[0]);
        if (engine.StartsWith("llamacpp", StringComparison.Ordinal))
        {
            string file = Path.Combine(model, "f32.gguf"), serve = Path.Combine(folder, "node_modules", "serve");
            if (!File.Exists(file))
                throw new InvalidOperationException($"{file} is missing: python3 {folder}/make_model.py {model}");
            if (!File.Exists(serve))
                throw new InvalidOperationException($"{serve} is missing: {folder}/build.sh");
            yield return PeerProcess.Start("llama.cpp", serve, [file, count, sessions, .. engine.Split('-')[1..]]);
            yield break;
        }
        if (engine == "pytorch")
        {
            yield return PeerProcess.Start(
                "PyTorch", "/usr/bin/python3", Path.Combine(folder, "serve.py"), model, count, sessions);
            yield break;
        }
        foreach (string graph in new[] { "plain", "fused" })
        {
            string file = Path.Combine(model, graph + ".onnx");
            if (!File.Exists(file))
                throw new InvalidOperationException(
                    $"{file} is missing: /usr/bin/python3 {folder}/make_model.py {model}");
            if (!Directory.Exists(Path.Combine(folder, "node_modules", "onnxruntime-node")))
                throw new InvalidOperationException(
                    $"onnxruntime-node is missing: npm install --ignore-scripts --prefix {folder}");
            yield return PeerProcess.Start(
                $"ONNX Runtime ({graph})", "node", Path.Combine(folder, "serve.mjs"), file, count, sessions);
        }
    }

    private static void Duel(
        PeerRecords records, SyntheticModel shape, EmbeddingModel[] models, PeerProcess[] peers, string engine,
        int threads,
        int sequences, int tokens)
    {
        TokenSequence[] batch = ModelInputs.Sequences(sequences, tokens, models[0].Card.VocabularySize);
        double difference = Difference(shape, models[0], peers, batch, Agreement(engine));
        var pass = new PassSubject(models, batch);
        var theirs = new List<Contestant>();
        for (int i = 0; i < peers.Length; i++)
        {
            PeerProcess peer = peers[i];
            string graph = peers.Length == 1 ? engine : $"{engine}, {(i == 0 ? "plain" : "fused")} graph";
            // A batch is timed whole, and cut into smaller equal runs, which suit some engines better.
            for (int rows = sequences; rows >= 1; rows = rows == 1 ? 0 : Math.Max(1, rows / 8))
            {
                int run = rows;
                theirs.Add(new Contestant(
                    rows == sequences ? graph : FormattableString.Invariant($"{graph}, {rows} sequences a run"),
                    passes => peer.Times(FormattableString.Invariant($"time {passes} {run}")).Median));
            }
        }
        string count = threads.ToString(CultureInfo.InvariantCulture);
        records.Duel(
            new BenchRow
            {
                Id = FormattableString.Invariant($"model/{shape.Name}/cpu/exact/{threads}/Grid/{sequences}/{tokens}"),
                Part = "model",
                Labels =
                [
                    new("scenario", "Grid"), new("shape", shape.Name),
                    new("batch", sequences.ToString(CultureInfo.InvariantCulture)),
                    new("tokens", tokens.ToString(CultureInfo.InvariantCulture)), new("device", "cpu"),
                    new("precision", "exact"), new("threads", count),
                ],
                Unit = "s",
                Samples = [],
                Metrics = [new("max_abs", difference)],
                Repeat = $"Sextant.Bench peers {engine} {shape.Name} {count} FOLDER",
            },
            Contestant.Here("sextant", pass.Run), theirs, (double)sequences * tokens,
            "tokens_per_second");
    }

    private static double Difference(
        SyntheticModel shape, EmbeddingModel model, PeerProcess[] peers, TokenSequence[] batch, double agreement)
    {
        int values = batch[0].Ids.Length * shape.Hidden;
        var ours = new float[batch.Length * values];
        for (int i = 0; i < batch.Length; i++)
            model.HiddenStates(batch[i], shape.Layers, ours.AsSpan(i * values, values));
        double worst = 0;
        foreach (PeerProcess peer in peers)
        {
            peer.Ask(PeerProcess.Ids(batch));
            float[] theirs = peer.Values<float>("check");
            if (theirs.Length != ours.Length)
                throw new InvalidOperationException($"{peer.Version}: {theirs.Length} values; ours are {ours.Length}.");
            double difference = 0;
            for (int i = 0; i < ours.Length; i++)
                difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
            // Written so that NaN fails too.
            if (!(difference <= agreement))
                throw new InvalidOperationException(
                    $"{peer.Version}: hidden states differ by {difference}: not the same model.");
            worst = Math.Max(worst, difference);
        }
        return worst;
    }
}
