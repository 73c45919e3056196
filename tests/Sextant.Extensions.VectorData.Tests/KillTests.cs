using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.VectorData;
using Sextant.IndexWriting;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>A process that writes through a store is killed: what it was told is done is there.</summary>
public sealed class KillTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatWasAwaitedIsThereAfterTheProcessWasKilled()
    {
        using var scratch = new ScratchStore(onDisk: true);
        var random = new Random(20261201);
        long round = 0;
        for (int kill = 0; kill < 12; kill++)
        {
            long said = await RunAndKill(scratch.Folder, random.Next(60));
            Assert.True(said > round, $"no change after round {round}");
            round = await Round(scratch.Folder);
            Assert.InRange(round, said, said + 1); // what was said, or the one that nobody was told of
        }
    }

    // Returns the last round that the process said was done.
    private static async Task<long> RunAndKill(string folder, int milliseconds)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Sextant.IndexWriter.dll"), "store", folder])
        {
            RedirectStandardOutput = true,
        })!;
        string? first = await process.StandardOutput.ReadLineAsync(Stop);
        Assert.True(first is not null, "the writer ended before its first change");
        Task<string> rest = process.StandardOutput.ReadToEndAsync(Stop);
        await Task.Delay(milliseconds, Stop);
        process.Kill();
        string[] lines = (await rest).Split('\n');
        await process.WaitForExitAsync(Stop);
        // The last piece has no line feed, and may be half a number.
        return long.Parse(lines.Length > 1 ? lines[^2] : first, CultureInfo.InvariantCulture);
    }

    // The round of which the collection is the outcome, whole.
    private static async Task<long> Round(string folder)
    {
        using var store = new SextantVectorStore(folder);
        VectorStoreCollection<object, Dictionary<string, object?>> collection = StoreRun.In(store);
        List<Dictionary<string, object?>> records = await collection.GetAsync(
            one => true, 999, new() { IncludeVectors = true }, Stop).ToListAsync(Stop);
        var found = records.ToDictionary(one => (string)one["Key"]!, one => (long)one["Round"]!);
        long round = found[StoreRun.LastKey];
        Dictionary<string, long> expected = StoreRun.After(round);
        if (StoreRun.Deleted(round + 1) is { } gone && !found.ContainsKey(gone))
            expected.Remove(gone); // the next round had begun
        Assert.Equal(expected.OrderBy(one => one.Key), found.OrderBy(one => one.Key));
        foreach (Dictionary<string, object?> one in records)
        {
            Assert.Equal(
                StoreRun.Vector((long)one["Round"]!), ((ReadOnlyMemory<float>)one["Vector"]!).ToArray());
        }
        return round;
    }
}
