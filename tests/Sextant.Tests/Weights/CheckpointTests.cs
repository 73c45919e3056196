using System.Buffers.Binary;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Tests.Weights;

public sealed class CheckpointTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void EveryElementTypeIsReadByItsMeaning()
    {
        // Each tensor holds the two values of its comment, written by hand.
        byte[] data =
        [
            0x00, 0x00, 0xC0, 0x3F, 0x01, 0x00, 0x00, 0x80, // F32 1.5, -2^-149
            0x00, 0x3E, 0x01, 0x80,                         // F16 1.5, -2^-24
            0xC0, 0x3F, 0x80, 0xC0,                         // BF16 1.5, -4
            0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0x10, 0, 0, 0xF0, 0x3F, // F64 1.5, 1 + 2^-24: a tie, to even
            0x80, 0x7F,                                     // I8 -128, 127
            0x80, 0xFF,                                     // U8 128, 255
            0xFF, 0xFF, 0xFF, 0xFF, 0x03, 0x00, 0x00, 0x01, // I32 -1, 2^24 + 3: rounds to 2^24 + 4
            0, 0, 0, 0, 0, 0, 0, 0x80, 5, 0, 0, 0, 0, 0, 0, 0, // I64 -2^63, 5
            1, 0,                                           // BOOL
        ];
        string[] types = ["F32", "F16", "BF16", "F64", "I8", "U8", "I32", "I64", "BOOL"];
        int[] sizes = [4, 2, 2, 8, 1, 1, 4, 8, 1];
        float[][] expected =
        [
            [1.5f, -float.Epsilon], [1.5f, -1f / (1 << 24)], [1.5f, -4f], [1.5f, 1f], [-128f, 127f], [128f, 255f],
            [-1f, 16777220f], [-9223372036854775808f, 5f], [1f, 0f],
        ];
        var entries = new List<string>();
        int offset = 0;
        for (int i = 0; i < types.Length; i++)
        {
            entries.Add(SafetensorsText.Tensor(types[i], types[i], "[2]", offset, offset + 2 * sizes[i]));
            offset += 2 * sizes[i];
        }
        // A header of odd length, and in a second file of even length, so that no tensor is aligned in one of them.
        foreach (string padding in new[] { "", " " })
        {
            string path = _scratch.Write("types.safetensors",
                SafetensorsText.File("{" + string.Join(',', entries) + "}" + padding, data));
            using var checkpoint = Checkpoint.OpenFile(path);
            Assert.Equal(types.Length, checkpoint.Tensors.Count);
            for (int i = 0; i < types.Length; i++)
            {
                Assert.True(checkpoint.TryFind(types[i], out TensorInfo? tensor));
                Assert.Equal(sizes[i], tensor.ElementType.Size());
                float[] values = [float.NaN, float.NaN];
                checkpoint.ReadRows(tensor, 0, values);
                Assert.Equal(expected[i].Select(BitConverter.SingleToInt32Bits),
                    values.Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    [Fact]
    public void RowsAreSlicesOfTheFirstDimension()
    {
        byte[] data = new byte[4 * 3 * 2 * 2];
        for (int i = 0; i < 12; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), i);
        using var checkpoint = Open("{" + SafetensorsText.Tensor("w", "F32", "[3,2,2]", 0, 48) + "}", data);
        TensorInfo tensor = checkpoint.Require("w", [3, 2, 2], "the test");
        Assert.Equal((3, 4, 12), (tensor.Rows, tensor.RowLength, tensor.Elements));

        float[] rows = new float[8];
        checkpoint.ReadRows(tensor, 1, rows);
        Assert.Equal([4, 5, 6, 7, 8, 9, 10, 11], rows);

        checkpoint.ReadRows(tensor, 3, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => checkpoint.ReadRows(tensor, 2, new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => checkpoint.ReadRows(tensor, -1, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => checkpoint.ReadRows(tensor, long.MaxValue, new float[4]));
        Assert.Throws<ArgumentException>(() => checkpoint.ReadRows(tensor, 0, new float[5]));
        Assert.Throws<ArgumentException>(() => checkpoint.ReadRows16(tensor, 0, new ushort[4]));
    }

    [Fact]
    public void ScalarsAndEmptyTensorsAreTensorsToo()
    {
        string header = "{" + SafetensorsText.Tensor("none", "F32", "[0,7]", 0, 0) + ","
            + SafetensorsText.Tensor("scalar", "F32", "[]", 0, 4) + ","
            + SafetensorsText.Tensor("hollow", "F32", "[5,0]", 4, 4) + "}";
        using var checkpoint = Open(header, [0, 0, 0x80, 0x3F]);
        float[] one = new float[1];
        checkpoint.ReadRows(checkpoint.Require("scalar", [], "the test"), 0, one);
        Assert.Equal(1f, one[0]);
        checkpoint.ReadRows(checkpoint.Require("none", [0, 7], "the test"), 0, []);
        checkpoint.ReadRows(checkpoint.Require("hollow", [5, 0], "the test"), 5, []);
        Assert.Throws<ArgumentException>(() =>
            checkpoint.ReadRows(checkpoint.Require("hollow", [5, 0], "the test"), 0, one));
    }

    [Fact]
    public void NoTensorIsAlsoACheckpoint()
    {
        using var checkpoint = Open("{}", []);
        Assert.Empty(checkpoint.Tensors);
    }

    [Theory]
    [InlineData("F32", 3_000_001)]
    [InlineData("F16", 5_000_001)]
    public void TensorsLongerThanAWindowComeOutWhole(string type, int count)
    {
        // Each value tells its own position: the low bits of its index, in both formats a positive finite number.
        int size = type == "F32" ? 4 : 2;
        byte[] data = new byte[count * size];
        for (int i = 0; i < count; i++)
        {
            if (size == 4)
                BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), i);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * i), (ushort)(i % 31744));
        }
        using var checkpoint = Open("{" + SafetensorsText.Tensor("w", type, $"[{count}]", 0, data.Length) + "}", data);
        TensorInfo tensor = checkpoint.Require("w", [count], "the test");
        float[] values = new float[count];
        checkpoint.ReadRows(tensor, 0, values);
        ushort[] patterns = new ushort[size == 2 ? count : 0];
        if (size == 2)
            checkpoint.ReadRows16(tensor, 0, patterns);
        for (int i = 0; i < count; i++)
        {
            float expected = size == 4 ? i : (float)BitConverter.UInt16BitsToHalf((ushort)(i % 31744));
            if (values[i] != expected || (size == 2 && patterns[i] != i % 31744))
                Assert.Fail($"element {i} is {values[i]}, not {expected}");
        }
    }

    [Fact]
    public void AMissingOrMisshapenTensorIsNamedWithWhoNeedsIt()
    {
        using var checkpoint = Open("{" + SafetensorsText.Tensor("w", "F32", "[2,3]", 0, 24) + "}", new byte[24]);
        var missing =
            Assert.Throws<InvalidModelException>(() => checkpoint.Require("v", [3, 2], "bert with hidden_size 3"));
        Assert.Equal("'v' is missing; bert with hidden_size 3 needs it with the shape [3,2].", missing.Problem);
        var misshapen =
            Assert.Throws<InvalidModelException>(() => checkpoint.Require("w", [3, 2], "bert with hidden_size 3"));
        Assert.Equal("'w' is [2,3]; bert with hidden_size 3 needs [3,2].", misshapen.Problem);
        Assert.EndsWith("model.safetensors", misshapen.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void AFileThatChangesItsSizeWhileItIsLoadedIsRefused(int change)
    {
        byte[] data = new byte[1 << 20];
        string path = _scratch.Write("model.safetensors",
            SafetensorsText.File("{" + SafetensorsText.Tensor("w", "F32", "[262144]", 0, data.Length) + "}", data));
        using var checkpoint = Checkpoint.OpenFile(path);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.SetLength(handle, RandomAccess.GetLength(handle) + change * 500_000);
        var error = Assert.Throws<InvalidModelException>(() =>
            checkpoint.ReadRows(checkpoint.Require("w", [262144], "the test"), 0, new float[262144]));
        Assert.Contains("must not be written to while it is loaded", error.Problem);
    }

    [Fact]
    public void SeveralThreadsMayRead()
    {
        byte[] data = new byte[1 << 20];
        for (int i = 0; i < data.Length; i += 4)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i), i);
        using var checkpoint = Open("{" + SafetensorsText.Tensor("w", "F32", "[1024,256]", 0, data.Length) + "}", data);
        TensorInfo tensor = checkpoint.Require("w", [1024, 256], "the test");
        Parallel.For(0, 64, part =>
        {
            float[] rows = new float[16 * 256];
            checkpoint.ReadRows(tensor, 16 * part, rows);
            for (int i = 0; i < rows.Length; i++)
                Assert.Equal(4f * (16 * 256 * part + i), rows[i]);
        });
    }

    [Fact]
    public void OpeningSaysWhatItLookedFor()
    {
        var nothing = Assert.Throws<InvalidModelException>(() => Checkpoint.Open(_scratch.Path));
        Assert.Equal("holds neither model.safetensors nor model.safetensors.index.json.", nothing.Problem);
        string absent = Path.Combine(_scratch.Path, "absent");
        Assert.Equal(absent, Assert.Throws<InvalidModelException>(() => Checkpoint.Open(absent)).File);
        Assert.Throws<InvalidModelException>(() =>
            Checkpoint.OpenFile(Path.Combine(_scratch.Path, "absent.safetensors")));
        Assert.Throws<InvalidModelException>(() => Checkpoint.OpenFile(Path.Combine(_scratch.Path, "absent.json")));
        Directory.CreateDirectory(Path.Combine(_scratch.Path, "folder.safetensors"));
        Assert.Throws<InvalidModelException>(() =>
            Checkpoint.OpenFile(Path.Combine(_scratch.Path, "folder.safetensors")));
    }

    private Checkpoint Open(string header, byte[] data)
    {
        _scratch.Write("model.safetensors", SafetensorsText.File(header, data));
        return Checkpoint.Open(_scratch.Path);
    }
}
