using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Cloud.Unum.USearch;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Peers;
using Sextant.Search;

// USearch and Sextant in one process, in turns, on the same random rows, one thread: exact search over binary codes and
// over float vectors, one query and 64, and USearch's graph (HNSW, its defaults) with what it finds of the exact ten.
if (args.Length < 2 || !int.TryParse(args[0], CultureInfo.InvariantCulture, out int rows)
    || !int.TryParse(args[1], CultureInfo.InvariantCulture, out int dimensions))
{
    Console.Error.WriteLine("Usage: ROWS DIMENSIONS [SECONDS_A_ROW] [--graph]");
    return 2;
}
if (Environment.ProcessorCount != 1)
{
    Console.Error.WriteLine($"{Environment.ProcessorCount} processors are allowed; pin to one: taskset -c 1 …");
    return 2;
}
const int K = 10;
const int Many = 64;
double seconds = args.Length > 2 && args[2][0] != '-' ? double.Parse(args[2], CultureInfo.InvariantCulture) : 4;
var random = new Random(1);
float[] vectors = Normal((rows + Many) * dimensions);
float[] asked = vectors[(rows * dimensions)..];
vectors = vectors[..(rows * dimensions)];
int codeBytes = BinaryCode.Bytes(dimensions);
byte[] codes = Codes(vectors), askedCodes = Codes(asked);
using IndexReader binary = IndexReader.Of(
    new IndexDefinition { Dimensions = dimensions, Code = VectorCode.Binary, Rescore = null }, vectors, threads: 1);
using IndexReader flat = IndexReader.Of(
    new IndexDefinition { Dimensions = dimensions, Code = VectorCode.Float32 }, vectors, threads: 1);
Console.WriteLine(
    $"USearch {USearchCapabilities.Version()} ({USearchCapabilities.HardwareAccelerationAvailable()}), {rows} rows of "
    + $"{dimensions}, one thread, {DateTime.UtcNow:yyyy-MM-dd}; medians of searches in turns, ms");
Console.WriteLine();
Console.WriteLine("| search | Sextant | USearch | its time |");
Console.WriteLine("|---|---|---|---|");

var hits = new Hit[Many * K];
var found = new int[Many];
var keys = new ulong[Many * K];
var distances = new float[Many * K];
foreach (int queries in (int[])[1, Many])
{
    byte[] some = askedCodes[..(queries * codeBytes)];
    Row($"binary, {queries}",
        () => binary.SearchCodes(some, K, hits, found),
        () => ExactUSearch.Search(codes, some, codeBytes, ScalarKind.Bits1, dimensions, MetricKind.Hamming, K, keys, distances),
        () => Check(queries, i => -hits[i].Score, i => distances[i], 0));
}
byte[] rowBytes = MemoryMarshal.AsBytes(vectors.AsSpan()).ToArray();
foreach (int queries in (int[])[1, Many])
{
    float[] some = asked[..(queries * dimensions)];
    Row($"float32, {queries}",
        () => flat.Search(some, K, hits, found),
        () => ExactUSearch.Search(
            rowBytes, MemoryMarshal.AsBytes(some.AsSpan()), dimensions * sizeof(float), ScalarKind.Float32, dimensions,
            MetricKind.Ip, K, keys, distances),
        () => Check(queries, i => hits[i].Score, i => 1 - distances[i], 1e-3f));
}
if (args.Contains("--graph"))
    Graph();
return 0;

void Graph()
{
    using var graph = new USearchIndex(MetricKind.Ip, ScalarKind.Float32, (ulong)dimensions, 0, 0, 0, false);
    var built = Stopwatch.StartNew();
    for (int i = 0; i < rows; i++)
        graph.Add((ulong)i, vectors[(i * dimensions)..((i + 1) * dimensions)]);
    double minutes = built.Elapsed.TotalMinutes;
    int same = 0;
    for (int q = 0; q < Many; q++)
    {
        float[] query = asked[(q * dimensions)..((q + 1) * dimensions)];
        graph.Search(query, K, out ulong[] near, out _);
        flat.Search(query, hits.AsSpan(0, K));
        same += hits.Take(K).Count(hit => near.Contains((ulong)hit.Id));
    }
    float[] one = asked[..dimensions];
    Row(string.Create(
        CultureInfo.InvariantCulture,
        $"float32, 1; USearch: graph, built in {minutes:F1} minutes, {(double)same / (Many * K):F3} of the ten"),
        () => flat.Search(one, hits.AsSpan(0, K)), () => graph.Search(one, K, out _, out _), () => { });
}

void Row(string name, Action ours, Action theirs, Action check)
{
    ours();
    theirs();
    check();
    var times = (Ours: new List<double>(), Theirs: new List<double>());
    var clock = Stopwatch.StartNew();
    for (int round = 0; round < 9 || clock.Elapsed.TotalSeconds < seconds; round++)
    {
        if (round % 2 == 0)
            times.Ours.Add(Time(ours));
        times.Theirs.Add(Time(theirs));
        if (round % 2 == 1)
            times.Ours.Add(Time(ours));
    }
    (double mine, double other) = (Median(times.Ours), Median(times.Theirs));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {mine:F3} | {other:F3} | {other / mine:F1} × |"));
}

// Scores, not positions: rows of equal distance may come in any order.
void Check(int queries, Func<int, float> ours, Func<int, float> theirs, float tolerance)
{
    for (int q = 0; q < queries; q++)
    {
        float[] other = [.. Enumerable.Range(q * K, K).Select(theirs).Order()];
        float[] mine = [.. Enumerable.Range(q * K, K).Select(ours).Order()];
        for (int i = 0; i < K; i++)
        {
            if (!(Math.Abs(mine[i] - other[i]) <= tolerance * Math.Max(1, Math.Abs(mine[i]))))
                throw new InvalidOperationException($"query {q} hit {i}: {mine[i]} here, {other[i]} there.");
        }
    }
}

static double Time(Action run)
{
    long start = Stopwatch.GetTimestamp();
    run();
    return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}

static double Median(List<double> values)
{
    values.Sort();
    return values[values.Count / 2];
}

float[] Normal(int count)
{
    var values = new float[count];
    for (int i = 0; i < count; i++)
        values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    return values;
}

byte[] Codes(float[] from)
{
    var all = new byte[from.Length / dimensions * codeBytes];
    for (int i = 0; i < from.Length / dimensions; i++)
        BinaryCode.Encode(from.AsSpan(i * dimensions, dimensions), all.AsSpan(i * codeBytes, codeBytes));
    return all;
}
