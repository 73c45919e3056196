using System.Globalization;
using Sextant.Backends;
using Sextant.Peers;

// ONNX Runtime and Sextant in one process, in turns, on the same ids: a folder with a model and the graphs that
// make_int8.py has made of it. Pinned to as many processors as threads, since both sides take what they are given.
if (args.Length < 2 || !int.TryParse(args[1], CultureInfo.InvariantCulture, out int threads))
{
    Console.Error.WriteLine("Usage: FOLDER THREADS [SECONDS_A_SHAPE] [SxT …]");
    return 2;
}
if (Environment.ProcessorCount != threads)
{
    Console.Error.WriteLine(
        $"{Environment.ProcessorCount} processors are allowed; pin to {threads}: taskset -c 0-{threads - 1} …");
    return 2;
}
double seconds = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 4;
(int, int)[] shapes = args.Length > 3
    ? Array.ConvertAll(args[3..], Shape)
    : [(1, 8), (1, 16), (1, 32), (1, 128), (8, 32), (32, 128)];
string[] graphs = [.. Directory.GetFiles(args[0], "*.onnx").Order(StringComparer.Ordinal)];
if (graphs.Length == 0)
{
    Console.Error.WriteLine($"{args[0]} has no graphs: make_int8.py makes them.");
    return 2;
}

using var exact = new SextantContestant(args[0], Precision.Exact, threads);
using var bf16 = new SextantContestant(args[0], Precision.BFloat16, threads);
using var int8 = new SextantContestant(args[0], Precision.Int8, threads);
OrtContestant[] theirs = Array.ConvertAll(graphs, graph => new OrtContestant(graph, threads));
IContestant[] all = [exact, bf16, int8, .. theirs];
Console.WriteLine(
    $"{Duel.Processor()}, {int8.Device}, ONNX Runtime "
    + $"{OrtContestant.Version}, {DateTime.UtcNow:yyyy-MM-dd}; lower quartiles of "
    + $"{(Duel.IsThreadTime ? "thread time" : "time")} of passes in turns, ms (least cosine to Sextant f32)");
Console.WriteLine();
Console.WriteLine("| S×T | " + string.Join(" | ", all.Select(one => one.Name)) + " | int8 to f32 | int8 to ORT int8 |");
Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---|", all.Length + 2)));
foreach ((int sequences, int tokens) in shapes)
    Console.WriteLine(Duel.Run(all, sequences, tokens, seconds));
foreach (OrtContestant one in theirs)
    one.Dispose();
return 0;

static (int, int) Shape(string text)
{
    string[] parts = text.Split('x');
    return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
}
