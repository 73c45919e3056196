using System.Globalization;
using Sextant.Indexes;

namespace Sextant.Tests.Indexes;

/// <summary>
/// Real system calls that fail under a writer: fsync that cannot write, a disk that fills, writes that take half. The
/// commit fails with a typed error, the writer is dead, and the index is its last commit.
/// </summary>
public sealed class DiskFaultTests
{
    private const long Rounds = 7; // the sixth compacts

    [Theory]
    [InlineData("fsync", "EIO", "")]
    [InlineData("fsync", "ENOSPC", "+")]
    [InlineData("rename", "EIO", "")]
    [InlineData("pwrite64", "ENOSPC", "+")]
    public void AFailingCallFailsTheCommit(string call, string error, string repeats)
    {
        WriterProcess.NeedStrace();
        int step = call == "pwrite64" ? 7 : 1; // writes are many: every seventh is tried
        int failures = 0, next = 0;
        bool passed = false;
        Parallel.For(0, 4, _ =>
        {
            while (!Volatile.Read(ref passed))
            {
                using var scratch = new ScratchIndex();
                int number = 1 + (step * (Interlocked.Increment(ref next) - 1));
                string when = number.ToString(CultureInfo.InvariantCulture) + repeats;
                WriterProcess.Ended one = WriterProcess.RunWithFault(call, error, when, scratch.Path, Rounds);
                if (one.Exit == 0)
                {
                    Volatile.Write(ref passed, true); // the call is never so often
                    return;
                }
                Assert.True(one.Exit == 3, $"{call} {when}: exit code {one.Exit}: {one.Error}");
                Assert.Contains("cannot be written", one.Error);
                Interlocked.Increment(ref failures);
                AssertIsWhole(scratch, one);
            }
        });
        Assert.True(failures >= (call == "rename" ? 9 : 20), $"only {failures} failures");
    }

    [Fact]
    public void ADiskThatFillsWithHalfWritesFailsTheCommit()
    {
        using var scratch = new ScratchIndex();
        using var tools = new ScratchIndex();
        Directory.CreateDirectory(tools.Path);
        string library = WriterProcess.SmallDisk(tools.Path);
        int failures = 0;
        // A round takes some 50 KB; every size fails at another position.
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var one = new ScratchIndex();
            long bytes = 100 + (i * 17_321L);
            WriterProcess.Ended ended = WriterProcess.Run(
                WriterProcess.Command(one.Path, Rounds), ("LD_PRELOAD", library),
                ("SEXTANT_DISK_BYTES", bytes.ToString(CultureInfo.InvariantCulture)));
            Assert.True(ended.Exit is 0 or 3, $"{bytes} bytes: exit code {ended.Exit}: {ended.Error}");
            if (ended.Exit == 3)
            {
                Assert.Contains("No space left", ended.Error);
                Interlocked.Increment(ref failures);
            }
            AssertIsWhole(one, ended);
        });
        Assert.True(failures > 10, $"only {failures} failures");
        // With room for all, writes that take half leave what whole ones leave.
        WriterProcess.Ended last = WriterProcess.Run(
            WriterProcess.Command(scratch.Path, Rounds), ("LD_PRELOAD", library), ("SEXTANT_DISK_BYTES", "100000000"));
        Assert.Equal((0, Rounds), (last.Exit, last.Said));
        ScratchIndex.AssertIsSomeRound(scratch.Path, Rounds, Rounds);
    }

    // What was said is there, nothing that takes room and belongs to no commit is, and the next writer goes on.
    private static void AssertIsWhole(ScratchIndex scratch, WriterProcess.Ended ended)
    {
        if (!File.Exists(scratch.File("manifest")))
        {
            Assert.Equal(0, ended.Said);
            VectorIndex.Create(new FaultyFolder(scratch.Path, 0), IndexWriting.Rounds.Definition).Dispose();
        }
        long round = ScratchIndex.AssertIsSomeRound(scratch.Path, ended.Said, ended.Said + 1);
        if (!ended.Error.Contains("this commit or the one before", StringComparison.Ordinal))
            AssertHasNoOtherFiles(scratch);
        using (VectorIndex writer = VectorIndex.Open(new FaultyFolder(scratch.Path, 0)))
        {
            AssertHasNoOtherFiles(scratch);
            IndexWriting.Rounds.Write(writer, round + 1);
        }
        ScratchIndex.AssertIsSomeRound(scratch.Path, round + 1, round + 1);
    }

    private static void AssertHasNoOtherFiles(ScratchIndex scratch)
    {
        var named = new List<string> { "definition", "lock", "manifest" };
        foreach (SegmentEntry one in Manifest.Read(scratch.Path).Segments)
        {
            named.Add(IndexFormat.SegmentName(one.Number));
            if (one.Deletes != 0)
                named.Add(IndexFormat.DeletesName(one.Deletes));
        }
        Assert.Equal(named.Order(), Directory.GetFiles(scratch.Path).Select(Path.GetFileName).Order());
    }
}
