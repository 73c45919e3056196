using System.Globalization;
using System.Text;
using Sextant.Weights;

namespace Sextant.Tests.Weights;

/// <summary>
/// Files beyond 2 and 4 GB (sparse, so they take no room on most file systems), and memory while reading.
/// </summary>
public sealed class LargeCheckpointTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void OffsetsBeyondFourGigabytesAreReached()
    {
        const long gap = 4L << 30;
        string header = "{" + SafetensorsText.Tensor("long", "F32", $"[{gap / 4096},1024]", 0, gap) + ","
            + SafetensorsText.Tensor("last", "F32", "[2]", gap, gap + 8) + "}";
        string path = Sparse(header, gap + 8);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            long data = 8 + Encoding.UTF8.GetByteCount(header);
            RandomAccess.Write(handle, [0, 0, 0x80, 0x3F], data + (3L << 30));
            RandomAccess.Write(handle, [0, 0, 0, 0x40, 0, 0, 0x40, 0x40], data + gap);
        }
        using var checkpoint = Checkpoint.OpenFile(path);
        float[] last = new float[2];
        checkpoint.ReadRows(checkpoint.Require("last", [2], "the test"), 0, last);
        Assert.Equal([2f, 3f], last);
        float[] rows = new float[2048];
        checkpoint.ReadRows(checkpoint.Require("long", [gap / 4096, 1024], "the test"), (3L << 30) / 4096 - 1, rows);
        Assert.Equal(1f, rows[1024]);
        Assert.Equal(1, rows.Count(value => value != 0));
    }

    [Fact]
    public void MappedMemoryStaysSmallWhileReadingAndIsGoneAfterwards()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("RssFile of /proc/self/status is only on Linux.");
        const int rows = 256 * 16;
        const long length = 4L * rows * 16384;
        string path = Sparse("{" + SafetensorsText.Tensor("w", "F32", $"[{rows},16384]", 0, length) + "}", length);
        using var checkpoint = Checkpoint.OpenFile(path);
        TensorInfo tensor = checkpoint.Require("w", [rows, 16384], "the test");
        float[] part = new float[256 * 16384];
        checkpoint.ReadRows(tensor, 0, part);
        long before = ResidentFilePages(), highest = 0;
        for (int row = 0; row < rows; row += 256)
        {
            checkpoint.ReadRows(tensor, row, part);
            highest = Math.Max(highest, ResidentFilePages() - before);
        }
        // 256 MB were read. What is left may be other tests' code pages that were touched meanwhile: 16 MB is ample.
        Assert.InRange(highest, long.MinValue, 16 << 20);
        Assert.Equal(0, MappingsOf(path));
    }

    private static int MappingsOf(string path) =>
        File.ReadLines("/proc/self/maps").Count(line => line.EndsWith(path, StringComparison.Ordinal));

    private static long ResidentFilePages()
    {
        string line =
            File.ReadLines("/proc/self/status").First(text => text.StartsWith("RssFile:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }

    private string Sparse(string header, long dataLength)
    {
        string path = _scratch.Write("sparse.safetensors", SafetensorsText.File(header, []));
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(handle, RandomAccess.GetLength(handle) + dataLength);
        }
        catch (IOException error)
        {
            Assert.Skip($"{dataLength} bytes, even sparse, do not fit into {_scratch.Path}: {error.Message}");
        }
        return path;
    }
}
