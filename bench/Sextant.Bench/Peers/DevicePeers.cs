using System.Globalization;
using Sextant.Backends;
using Sextant.Ilgpu;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Models;
using Sextant.Measurement.Records;

namespace Sextant.Bench.Peers;

/// <summary>
/// Our encoder on a device and PyTorch's on the same one, in turns, each in its fastest precision that the other has
/// too: on CUDA bf16, elsewhere f32 beside PyTorch on the processor. A pass is what a caller waits for: ids in, vectors
/// of length one out. PyTorch may run in several ways; its fastest counts.
/// </summary>
internal static class DevicePeers
{
    /// <summary>
    /// Least cosine of hidden states of one text. Both sides round to bf16, at other places; ours keeps 0.999 to f32
    /// with every fixture (kernels/gpu/README.md).
    /// </summary>
    private const double MinFastCosine = 0.99, MinExactCosine = 0.99999;

    private const int MaxChecked = 2;

    /// <param name="choice">The device.</param>
    /// <param name="work">Shapes with their batches, such as bge-base:32x128,64x512.</param>
    /// <param name="root">Where shapes are written.</param>
    /// <param name="output">The folder of the two records, which are written anew after each batch.</param>
    public static void Run(string choice, IReadOnlyList<string> work, string root, string output)
    {
        using Device device = AnyDevice.Open(choice);
        var on = BenchDevice.Of(choice, device);
        bool cuda = on.Name.Contains("cuda", StringComparison.Ordinal);
        Precision precision = device.Supports(Precision.Fast) ? Precision.Fast : Precision.Exact;
        using var records = new PeerRecords();
        foreach (string item in work)
        {
            string[] parts = item.Split(':');
            var shape = SyntheticModel.Named(parts[0]);
            string folder = shape.Write(root, "f32");
            string[] flags = precision == Precision.Fast ? ["--dtype", "bfloat16"] : [];
            using PeerProcess peer = PeerProcess.Start(
                "PyTorch", Environment.GetEnvironmentVariable("SEXTANT_PYTHON") ?? "python3",
                [Path.Combine(PeerProcess.Folder("pytorch"), "serve.py"), folder,
                    Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture), "1", "--device",
                    cuda ? on.Name.Replace("ilgpu:", "", StringComparison.Ordinal) : "cpu", .. flags]);
            Console.Error.WriteLine($"{on.Name} beside {peer.Version}");
            using EmbeddingModel model = EmbeddingModel.Load(
                folder, new() { Device = device, Precision = precision, Pooling = "mean", Normalize = true });
            foreach (string batch in parts[1].Split(','))
            {
                int[] sizes = Array.ConvertAll(
                    batch.Split('x'), number => int.Parse(number, CultureInfo.InvariantCulture));
                Duel(records, on, shape, precision, model, peer, sizes[0], sizes[1]);
                records.Write(
                    output, $"pytorch-{on.Name.Replace(':', '-')}",
                    $"Sextant.Bench device-peers {choice} {string.Join(' ', work)}", peer.Version, on.Description);
            }
        }
    }

    private static void Duel(
        PeerRecords records, BenchDevice on, SyntheticModel shape, Precision precision, EmbeddingModel model,
        PeerProcess peer, int sequences, int tokens)
    {
        TokenSequence[] batch = ModelInputs.Sequences(sequences, tokens, model.Card.VocabularySize);
        double cosine = Cosine(
            shape, model, peer, batch[..Math.Min(sequences, MaxChecked)],
            precision == Precision.Fast ? MinFastCosine : MinExactCosine);
        peer.Ask(PeerProcess.Ids(batch));
        var theirs = new List<Contestant>();
        foreach (string mode in peer.Ask("modes").Split(' '))
        {
            // What cannot be had here is left out, and that is said.
            if (!peer.TryAsk($"prepare {mode}", out string answer))
            {
                Console.Error.WriteLine($"{mode} is left out: {answer}");
                continue;
            }
            Console.Error.WriteLine($"{mode}: {answer["ok ".Length..]} s to make ready");
            theirs.Add(new Contestant(
                $"{peer.Version}, {mode}",
                passes => peer.Times(FormattableString.Invariant($"time {passes} {sequences} {mode}")).Median));
        }
        var pass = new PassSubject([model], batch);
        string name = precision.Word();
        records.Duel(
            new BenchRow
            {
                Id = FormattableString.Invariant(
                    $"model/{shape.Name}/{on.Name}/{name}/Grid/{sequences}/{tokens}"),
                Part = "model",
                Labels =
                [
                    new("scenario", "Grid"), new("shape", shape.Name),
                    new("batch", sequences.ToString(CultureInfo.InvariantCulture)),
                    new("tokens", tokens.ToString(CultureInfo.InvariantCulture)), new("device", on.Name),
                    new("precision", name),
                ],
                Unit = "s",
                Samples = [],
                Metrics = [new("cosine_min", cosine)],
                Repeat = FormattableString.Invariant(
                    $"Sextant.Bench device-peers {on.Name} FOLDER {shape.Name}:{sequences}x{tokens}"),
            },
            Contestant.Here($"sextant, {model.Card.Device}", pass.Run), theirs,
            (double)sequences * tokens, "tokens_per_second");
    }

    // Of the hidden states of each text, the least.
    private static double Cosine(
        SyntheticModel shape, EmbeddingModel model, PeerProcess peer, TokenSequence[] batch, double needed)
    {
        peer.Ask(PeerProcess.Ids(batch));
        float[] theirs = peer.Values<float>("check");
        int values = batch[0].Ids.Length * shape.Hidden;
        if (theirs.Length != batch.Length * values)
        {
            throw new InvalidOperationException(
                $"{peer.Version}: {theirs.Length} values; ours are {batch.Length * values}.");
        }
        var ours = new float[values];
        double least = 1;
        for (int text = 0; text < batch.Length; text++)
        {
            model.HiddenStates(batch[text], shape.Layers, ours);
            double dot = 0, left = 0, right = 0;
            for (int i = 0; i < values; i++)
            {
                double other = theirs[(text * values) + i];
                dot += ours[i] * other;
                left += (double)ours[i] * ours[i];
                right += other * other;
            }
            least = Math.Min(least, dot / Math.Sqrt(left * right));
        }
        // Written so that NaN fails too.
        return least >= needed ? least : throw new InvalidOperationException(
            $"{peer.Version}: hidden states have a cosine of {least:F6}: not the same model.");
    }
}
