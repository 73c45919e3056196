using System.Globalization;
using System.Runtime.InteropServices;
using Sextant.Indexes;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>A writer touches its own files, and no others; there is one writer, whoever takes its lock away.</summary>
public sealed partial class IndexFolderTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void OnlyNamesOfTheFormatAreDeleted()
    {
        VectorIndex.Create(_scratch.Path, Float32).Dispose();
        string[] others =
        [
            "segment-", "segment-x", "segment-01", "segment-+1", "segment- 1", "segment-1.bak", "segment-1-2",
            "segment-18446744073709551616", "segments-1", "Segment-7", "deletes-", "deletes-old", "deletes-7~",
            "manifest.new.txt", "definition.bak", "-1", "7",
        ];
        string[] left = ["segment-1", "segment-77", "deletes-12", "manifest.new"];
        foreach (string name in (string[])[.. others, .. left])
            File.WriteAllText(_scratch.File(name), name);
        using (VectorIndex writer = VectorIndex.Open(_scratch.Path))
        {
            Assert.All(left, name => Assert.False(File.Exists(_scratch.File(name)), name));
            writer.Upsert(Document("a", Vectors(1, 2)));
            writer.Commit();
        }
        Assert.All(others, name => Assert.Equal(name, File.ReadAllText(_scratch.File(name))));
    }

    [Theory]
    [InlineData("definition")]
    [InlineData("manifest.new")]
    [InlineData("segment-1")]
    public void ALinkIsReplacedAndNotFollowed(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        string target = Path.Combine(Path.GetDirectoryName(_scratch.Path)!, "precious");
        File.WriteAllText(target, "precious");
        Directory.CreateDirectory(_scratch.Path);
        if (name == "segment-1")
            VectorIndex.Create(_scratch.Path, Float32).Dispose();
        File.CreateSymbolicLink(_scratch.File(name), target);
        using (VectorIndex writer = name == "segment-1" ? OpenAndPlant() : VectorIndex.Create(_scratch.Path, Float32))
        {
            writer.Upsert(Document("a", Vectors(1, 2)));
            writer.Commit();
        }
        Assert.Equal("precious", File.ReadAllText(target));
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal(["a"], reader.Keys());

        VectorIndex OpenAndPlant()
        {
            VectorIndex writer = VectorIndex.Open(_scratch.Path); // takes the link away; it is put there once more
            Assert.Equal("precious", File.ReadAllText(target));
            File.CreateSymbolicLink(_scratch.File(name), target);
            return writer;
        }
    }

    [Fact]
    public void ALockThatIsALinkIsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        VectorIndex.Create(_scratch.Path, Float32).Dispose();
        File.Delete(_scratch.File("lock"));
        string target = Path.Combine(Path.GetDirectoryName(_scratch.Path)!, "made");
        File.CreateSymbolicLink(_scratch.File("lock"), target);
        Assert.Contains("symbolic link",
            Assert.Throws<InvalidIndexException>(() => VectorIndex.Open(_scratch.Path)).Message);
        Assert.False(File.Exists(target));
    }

    [Fact]
    public void AnUnlinkedLockStillKeepsOthersOut()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the name of an open file");
        using VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32);
        File.Delete(_scratch.File("lock"));
        Assert.Contains("another writer",
            Assert.Throws<InvalidIndexException>(() => VectorIndex.Open(_scratch.Path)).Message);
    }

    [Fact]
    public void AWriterWhoseLockWasReplacedCommitsNoMore()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the name of an open file");
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            writer.Upsert(Document("a", Vectors(1, 2)));
            writer.Commit();
            File.Delete(_scratch.File("lock"));
            File.WriteAllText(_scratch.File("lock"), "");
            writer.Upsert(Document("b", Vectors(1, 2)));
            Assert.Contains("lock was deleted or replaced",
                Assert.Throws<InvalidIndexException>(() => writer.Commit()).Message);
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal(["a"], reader.Keys());
    }

    // Between fork and exec a process that is being started holds a copy of every handle, close-on-exec or not.
    [Fact]
    public void AClosedWriterLetsTheNextOneInThoughAChildHoldsCopiesOfItsHandles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "finds the handles in /proc");
        var copies = new List<int>();
        try
        {
            using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
            {
                foreach (FileSystemInfo handle in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos())
                {
                    if (handle.LinkTarget?.StartsWith(_scratch.Path, StringComparison.Ordinal) == true)
                        copies.Add(Duplicate(int.Parse(handle.Name, CultureInfo.InvariantCulture)));
                }
            }
            Assert.True(copies.Count >= 2, $"{copies.Count} handles");
            Assert.All(copies, copy => Assert.NotEqual(-1, copy));
            VectorIndex.Open(_scratch.Path).Dispose();
        }
        finally
        {
            foreach (int copy in copies)
                _ = Close(copy);
        }
    }

    [Fact]
    public void TheLockHoldsWhereDotNetsLocksAreSwitchedOff()
    {
        (string, string) switched = ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1");
        using (VectorIndex.Create(_scratch.Path, IndexWriting.Rounds.Definition))
        {
            WriterProcess.Ended other = WriterProcess.Run(WriterProcess.Command(_scratch.Path, 2), switched);
            Assert.Equal(3, other.Exit);
            Assert.Contains("another writer", other.Error);
        }
        Assert.Equal(0, WriterProcess.Run(WriterProcess.Command(_scratch.Path, 2), switched).Exit);
    }

    [Theory]
    [InlineData(2ul, 1ul, 0ul, "next free number")]
    [InlineData(1ul, 5ul, 7ul, "next free number")]
    [InlineData(0ul, 5ul, 0ul, "next free number")]
    [InlineData(3ul, ulong.MaxValue, 0ul, "no index comes to")]
    public void AManifestThatWouldWriteOverALiveFileIsRefused(
        ulong number, ulong next, ulong deletes, string expected)
    {
        SegmentEntry entry = new(number, 4096, 1, 1, 0, deletes, 0, 0);
        InvalidIndexException problem = Assert.Throws<InvalidIndexException>(
            () => Manifest.FromBody("manifest", new Manifest(1, next, 0, [entry]).ToBody()));
        Assert.Contains(expected, problem.Message);
    }

    [Fact]
    public void AManifestThatNamesAFileTwiceIsRefused()
    {
        SegmentEntry one = new(1, 4096, 1, 1, 0, 0, 0, 0);
        InvalidIndexException problem = Assert.Throws<InvalidIndexException>(
            () => Manifest.FromBody("manifest", new Manifest(1, 9, 0, [one, one]).ToBody()));
        Assert.Contains("twice", problem.Message);
    }

    /// <summary>
    /// The commit that is seen may not be on the disk yet: before files of the one before go, names are flushed.
    /// </summary>
    [Fact]
    public void LeftOversAreDeletedWhenTheCommitIsOnTheDisk()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            writer.Upsert(Document("a", Vectors(1, 2)));
            writer.Commit();
        }
        File.WriteAllText(_scratch.File("segment-9"), "");
        var folder = new FaultyFolder(_scratch.Path, failAt: 1); // the flush is the first step
        Assert.Throws<InvalidIndexException>(() => VectorIndex.Open(folder));
        Assert.True(File.Exists(_scratch.File("segment-9")));
        VectorIndex.Open(_scratch.Path).Dispose();
        Assert.False(File.Exists(_scratch.File("segment-9")));
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
