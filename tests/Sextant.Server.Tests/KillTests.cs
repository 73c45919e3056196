using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>The server's process is killed while documents come: every one that was acknowledged is there.</summary>
public sealed class KillTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private const int Rounds = 3, Writers = 4, MinAcknowledged = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("sextant-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AcknowledgedDocumentsOutlastTheProcess()
    {
        string[] arguments = ["--model", model.Folder, "--index", "notes=" + Path.Combine(_folder, "notes")];
        var acknowledged = new ConcurrentDictionary<string, string>();
        for (int round = 0; round < Rounds; round++)
        {
            int before = acknowledged.Count;
            using (ServerProcess server = await ServerProcess.Start(arguments))
            {
                await RequireAll(server, acknowledged);
                Task[] writers = [.. Enumerable.Range(0, Writers).Select(
                    writer => Write(server, $"{round}-{writer}", acknowledged))];
                var limit = DateTime.UtcNow.AddMinutes(1);
                while (acknowledged.Count < before + MinAcknowledged * (round + 1))
                {
                    Assert.True(DateTime.UtcNow < limit, $"{acknowledged.Count} documents in a minute");
                    await Task.Delay(5, TestContext.Current.CancellationToken);
                }
                server.Kill();
                await Task.WhenAll(writers);
            }
        }
        using ServerProcess last = await ServerProcess.Start(arguments);
        await RequireAll(last, acknowledged);
    }

    // Until the server is gone; every third document replaces one that is acknowledged.
    private static async Task Write(
        ServerProcess server, string name, ConcurrentDictionary<string, string> acknowledged)
    {
        for (int i = 0; ; i++)
        {
            string key = i % 3 == 2 ? $"{name}-{i - 1}" : $"{name}-{i}", text = $"ships sail over the sea {name} {i}";
            try
            {
                using HttpResponseMessage response = await server.Client.PostAsJsonAsync(
                    "/v1/indexes/notes/documents", new { documents = new[] { new { key, passages = new[] { text } } } });
                if (response.StatusCode != HttpStatusCode.OK)
                    return;
                await response.Content.ReadAsByteArrayAsync();
            }
            catch (Exception problem) when (problem is HttpRequestException or IOException)
            {
                // Nobody knows of this one: it replaced the other, or did not.
                if (i % 3 == 2)
                    acknowledged.TryRemove(key, out _);
                return;
            }
            acknowledged[key] = text;
        }
    }

    private static Task RequireAll(ServerProcess server, ConcurrentDictionary<string, string> acknowledged) =>
        Parallel.ForEachAsync(
            acknowledged, new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (one, cancellation) =>
            {
                using HttpResponseMessage response = await server.Client.GetAsync(
                    $"/v1/indexes/notes/documents/{one.Key}", cancellation);
                Assert.True(response.IsSuccessStatusCode, $"{one.Key} was acknowledged and is not there");
                Assert.Contains(
                    $"\"{one.Value}\"", await response.Content.ReadAsStringAsync(cancellation), StringComparison.Ordinal);
            });
}
