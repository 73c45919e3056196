using System.Diagnostics;
using System.Globalization;
using Sextant.Indexes;
using Sextant.IndexWriting;

namespace Sextant.Tests.Indexes;

/// <summary>Whatever ends a writer, the index is its last commit, or the one that was under way.</summary>
public sealed class CrashTests
{
    private const int Before = 2;
    private const int More = 5; // the sixth compacts

    [Fact]
    public void AFullDiskAtAnyStepLeavesTheLastCommit() => FailAtEveryStep(powerLost: false);

    [Fact]
    public void LostPowerAtAnyStepLeavesTheLastCommit() => FailAtEveryStep(powerLost: true);

    [Fact]
    public void AHalfMadeIndexIsNoneAndCanBeMadeAgain()
    {
        for (int step = 1; ; step++)
        {
            using var scratch = new ScratchIndex();
            var folder = new FaultyFolder(scratch.Path, step);
            try
            {
                VectorIndex.Create(folder, Rounds.Definition).Dispose();
            }
            catch (InvalidIndexException problem)
            {
                Assert.Contains("cannot be written", problem.Message);
            }
            if (!folder.HasFailed)
            {
                Assert.True(step > 8, $"only {step} steps");
                return;
            }
            if (!File.Exists(scratch.File("manifest")))
                VectorIndex.Create(scratch.Path, Rounds.Definition).Dispose();
            ScratchIndex.AssertIsSomeRound(scratch.Path, 0, 0);
        }
    }

    [Fact]
    public async Task KilledAHundredTimesItIsTheLastCommitEachTime()
    {
        const int Lanes = 4, Kills = 100 / Lanes;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        long[] rounds = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
        {
            using var scratch = new ScratchIndex();
            var random = new Random(20261121 + lane);
            long round = 0;
            for (int kill = 0; kill < Kills; kill++)
            {
                long said = await RunAndKill(scratch.Path, random.Next(60), cancellation);
                Assert.True(said > round, $"no commit after that of round {round}");
                // What was said is there; the commit after it may be.
                round = ScratchIndex.AssertIsSomeRound(scratch.Path, said, said + 1);
            }
            return round;
        }, cancellation)));
        Assert.All(rounds, round => Assert.True(round >= Kills));
        TestContext.Current.TestOutputHelper?.WriteLine($"rounds: {string.Join(", ", rounds)}");
    }

    // Returns the last round that the process said was committed.
    private static async Task<long> RunAndKill(string folder, int milliseconds, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Sextant.IndexWriter.dll"), folder])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_TieredCompilation"] = "1";
        using Process process = Process.Start(start)!;
        long said = 0;
        string? first = await process.StandardOutput.ReadLineAsync(cancellation);
        Assert.True(first is not null, "the writer ended before its first commit");
        said = long.Parse(first, CultureInfo.InvariantCulture);
        Task<string> rest = process.StandardOutput.ReadToEndAsync(cancellation);
        await Task.Delay(milliseconds, cancellation);
        process.Kill();
        string[] lines = (await rest).Split('\n');
        await process.WaitForExitAsync(cancellation);
        // The last piece has no line feed, and may be half a number.
        return lines.Length > 1 ? long.Parse(lines[^2], CultureInfo.InvariantCulture) : said;
    }

    private static void FailAtEveryStep(bool powerLost)
    {
        int ended = 0;
        for (int step = 1; ; step++)
        {
            using var scratch = new ScratchIndex();
            using (VectorIndex writer = VectorIndex.Create(new FaultyFolder(scratch.Path, 0), Rounds.Definition))
            {
                for (long round = 1; round <= Before; round++)
                    Rounds.Write(writer, round);
            }
            var folder = new FaultyFolder(scratch.Path, step, seed: step);
            long tried = Before;
            using (VectorIndex writer = VectorIndex.Open(folder))
            {
                try
                {
                    while (tried < Before + More)
                        Rounds.Write(writer, ++tried);
                }
                catch (InvalidIndexException problem)
                {
                    Assert.Contains("No space left", problem.Message);
                    Assert.Throws<InvalidOperationException>(() => writer.Commit());
                    ended++;
                }
            }
            if (powerLost)
                folder.LosePower();
            long left = ScratchIndex.AssertIsSomeRound(scratch.Path, folder.HasFailed ? tried - 1 : tried, tried);
            // And it goes on from there.
            using (VectorIndex writer = VectorIndex.Open(new FaultyFolder(scratch.Path, 0)))
                Rounds.Write(writer, left + 1);
            ScratchIndex.AssertIsSomeRound(scratch.Path, left + 1, left + 1);
            if (!folder.HasFailed)
                break;
        }
        Assert.True(ended > 60, $"only {ended} failures");
    }
}
