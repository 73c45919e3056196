using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>
/// 64 clients at once for SEXTANT_LOAD_SECONDS (10): no error, no other bit, no growth. Times are reported, beside a
/// bare loop over the library; into the file that SEXTANT_LOAD_RECORD names, where it does.
/// </summary>
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
[Collection(nameof(LoadTests))]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Clients = 64, Texts = 256;

    private static readonly string s_model = Path.Combine(Checkout.Root, "weights", "minilm", "model");

    private static int Seconds => int.TryParse(
        Environment.GetEnvironmentVariable("SEXTANT_LOAD_SECONDS"), CultureInfo.InvariantCulture, out int seconds)
        ? seconds : 10;

    [Fact]
    public async Task SixtyFourClientsGetTheLibrarysBits()
    {
        string folder = Environment.GetEnvironmentVariable("SEXTANT_LOAD_MODEL") is { Length: > 0 } named ? named
            : Directory.Exists(s_model) ? s_model : EmbeddingModel.DefaultPath;
        using EmbeddingModel model = EmbeddingModel.Load(folder);
        string[] texts = SomeTexts(model);
        float[][] expected = [.. texts.Select(text => model.Embed(text))];
        double bare = BareLoop(model, texts);

        using ServerProcess server = await ServerProcess.Start("--model", folder);
        // The library here is compiled to its last tier by now: the server has to be too.
        _ = await OneClient(server, folder, texts, expected);
        double alone = await OneClient(server, folder, texts, expected);
        double library = OneCaller(model, texts);
        var latencies = new ConcurrentBag<double>();
        long errors = 0, differences = 0, done = 0;
        TimeSpan before = server.ProcessorTime;
        var clock = Stopwatch.StartNew();
        var sets = new List<long>();
        var stop = TimeSpan.FromSeconds(Seconds);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (int i = client; clock.Elapsed < stop; i = (i + 37) % Texts)
            {
                long started = Stopwatch.GetTimestamp();
                try
                {
                    float[] vector = await Embed(server.Client, folder, texts[i]);
                    latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    if (!MemoryMarshal.AsBytes<float>(vector).SequenceEqual(MemoryMarshal.AsBytes<float>(expected[i])))
                        Interlocked.Increment(ref differences);
                    Interlocked.Increment(ref done);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref errors);
                }
            }
        }))];
        while (clock.Elapsed < stop)
        {
            await Task.Delay(stop / 10, TestContext.Current.CancellationToken);
            sets.Add(server.WorkingSet);
        }
        await Task.WhenAll(clients);
        double seconds = clock.Elapsed.TotalSeconds;
        double processor = (server.ProcessorTime - before).TotalMilliseconds / done;

        double[] sorted = [.. latencies.Order()];
        Report(
            ("model", Path.GetRelativePath(Checkout.Root, folder) + ", exact, texts of 64 to 128 tokens"),
            ("machine", $"{Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, "
                + $"{DateTime.UtcNow:yyyy-MM-dd}"),
            ("clients, seconds", $"{Clients}, {seconds:F0}"),
            ("requests, errors, other bits", $"{done}, {errors}, {differences}"),
            ("requests a second", $"{done / seconds:F1}"),
            ("latency p50, p99", $"{sorted[sorted.Length / 2]:F1} ms, {sorted[(int)(sorted.Length * 0.99)]:F1} ms"),
            ("processor time a text: server, bare loop", $"{processor:F2} ms, {bare:F2} ms, {processor / bare:F2}×"),
            ("one client p50: server, library", $"{alone:F2} ms, {library:F2} ms, {alone - library:F2} ms added"),
            ("working set in tenths", string.Join(", ", sets.Select(one => $"{one >> 20}")) + " MiB"));
        Assert.Equal((0, 0), (errors, differences));
        Assert.True(done > Clients, $"only {done} requests were answered");
        // From its second tenth on, when every buffer has been there once: no more than a tenth and 64 MiB.
        Assert.True(
            sets[^1] <= sets[1] * 1.1 + (64 << 20), $"memory grew from {sets[1] >> 20} to {sets[^1] >> 20} MiB");
    }

    [Fact]
    public async Task NothingIsKeptOfRequests()
    {
        using var own = new TinyModel();
        await using RunningServer server = await RunningServer.Start("--model", own.Folder);
        await Some(1000);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await Some(4000);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        // A kilobyte a request would be 4 MB.
        output.WriteLine($"{grown} bytes after 4000 requests more");
        Assert.True(grown < 4_000_000, $"{grown} bytes are kept of 4000 requests");

        Task Some(int count) => Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) =>
            {
                using HttpResponseMessage response = await server.Post(
                    "/v1/embeddings", $$"""{"input":"the sky is blue {{i}}"}""");
                response.EnsureSuccessStatusCode();
            });
    }

    // 64 to 128 tokens each.
    private static string[] SomeTexts(EmbeddingModel model)
    {
        string[] words = File.ReadAllText(Path.Combine(Checkout.Root, "kernels", "NUMERICS.md"))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var random = new Random(20251201);
        var texts = new string[Texts];
        for (int i = 0; i < Texts; i++)
        {
            int most = random.Next(64, 129);
            var text = new StringBuilder();
            for (int at = random.Next(words.Length); ; at++)
            {
                string longer = $"{text} {words[at % words.Length]}";
                if (model.Tokenizer.CountTokens(longer) > most)
                    break;
                text.Clear().Append(longer);
            }
            texts[i] = text.ToString();
        }
        return texts;
    }

    // Processor time of a text in one call of all of them, the best of three.
    private static double BareLoop(EmbeddingModel model, string[] texts)
    {
        float[] vectors = new float[texts.Length * model.Dimensions];
        var times = new List<double>();
        using var self = Process.GetCurrentProcess();
        for (int i = 0; i < 4; i++)
        {
            TimeSpan before = self.TotalProcessorTime;
            model.Embed(texts, vectors);
            self.Refresh();
            times.Add((self.TotalProcessorTime - before).TotalMilliseconds / texts.Length);
        }
        return times.Skip(1).Order().ElementAt(1);
    }

    private static double OneCaller(EmbeddingModel model, string[] texts)
    {
        var times = new List<double>();
        foreach (string text in texts)
        {
            long started = Stopwatch.GetTimestamp();
            _ = model.Embed(text);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times.Order().ElementAt(times.Count / 2);
    }

    private static async Task<double> OneClient(
        ServerProcess server, string model, string[] texts, float[][] expected)
    {
        var times = new List<double>();
        for (int i = 0; i < texts.Length; i++)
        {
            long started = Stopwatch.GetTimestamp();
            float[] vector = await Embed(server.Client, model, texts[i]);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.Equal(expected[i], vector);
        }
        return times.Order().ElementAt(times.Count / 2);
    }

    private static async Task<float[]> Embed(HttpClient client, string model, string text)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync(
            "/v1/embeddings", new { input = text, model, encoding_format = "base64" });
        response.EnsureSuccessStatusCode();
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        byte[] bytes = answer.RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private void Report(params (string Name, string Value)[] facts)
    {
        var table = new StringBuilder("| measured | value |\n|---|---|\n");
        foreach ((string name, string value) in facts)
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        output.WriteLine(table.ToString());
        if (Environment.GetEnvironmentVariable("SEXTANT_LOAD_RECORD") is { Length: > 0 } file)
            File.WriteAllText(file, table.ToString());
    }
}
