using Sextant.Weights;

namespace Sextant.Tests.Weights;

/// <summary>
/// tests/fixtures/invalid: one file (or folder of shards) per refusal, each with a part of what must be said.
/// </summary>
public class InvalidCheckpointTests
{
    private static readonly string s_files = Path.Combine(TestData.Fixtures, "invalid", "safetensors");
    private static readonly string s_shards = Path.Combine(TestData.Fixtures, "invalid", "shards");

    public static TheoryData<string, string> Files => new()
    {
        { "empty", "0 bytes long; a safetensors file begins with 8 bytes" },
        { "seven-bytes", "7 bytes long" },
        { "header-beyond-file", "header of 1,000 bytes, but only 2 follow" },
        { "header-over-100-megabytes", "header of 100000001 bytes; at most 100000000" },
        { "header-length-negative", "header of 18446744073709551615 bytes" },
        { "header-empty", "does not begin with '{'" },
        { "header-no-object", "does not begin with '{'" },
        { "header-leading-space", "does not begin with '{'" },
        { "header-not-utf8", "not valid UTF-8" },
        { "header-half-surrogate", "half of a surrogate pair" },
        { "tensor-key-half-surrogate", "half of a surrogate pair" },
        { "header-cut-json", "not the JSON that is accepted" },
        { "header-two-objects", "not the JSON that is accepted" },
        { "header-deep", "'a' is no object" },
        { "header-comment", "not the JSON that is accepted" },
        { "tensor-twice", "'a' is in the header twice" },
        { "tensor-twice-by-escape", "'a' is in the header twice" },
        { "tensor-no-object", "'a' is no object" },
        { "tensor-without-shape", "'a' lacks one of" },
        { "tensor-key-twice", "has 'dtype' twice" },
        { "tensor-key-unknown", "has 'strides' twice or beside" },
        { "dtype-unknown", "'a' has the dtype 'F8_E4M3'; F32, F16, BF16" },
        { "dtype-no-string", "the dtype '(not a string)', which the format does not have" },
        { "dtype-size", "'a' is F16 [2], which takes 4 bytes; its offsets give it 8" },
        { "shape-negative", "'shape' entry that is no whole number" },
        { "shape-fraction", "'shape' entry that is no whole number" },
        { "shape-no-array", "'shape' that is no array" },
        { "shape-overflow", "shape [4294967296,4294967296], whose size in bytes does not fit" },
        { "shape-overflow-in-bytes", "shape [1152921504606846976,2], whose size" },
        { "shape-number-too-long", "'shape' entry that is no whole number" },
        { "shape-rank-17", "more than 16 numbers in 'shape'" },
        { "offsets-one", "1 'data_offsets'" },
        { "offsets-three", "more than 2 numbers in 'data_offsets'" },
        { "offsets-backwards", "lies at bytes 4 to 0" },
        { "offsets-beyond-file", "lies at bytes 0 to 8; begin ≤ end ≤ 4" },
        { "offsets-overlap", "'b' begins at byte 4, but 'a' ends at 8" },
        { "offsets-gap", "'b' begins at byte 8, but 'a' ends at 4" },
        { "offsets-gap-at-start", "'a' begins at byte 4, but the header ends at 0" },
        { "bytes-behind-last-tensor", "8 bytes follow the header, but 'a' ends at 4" },
        { "data-cut", "lies at bytes 0 to 16; begin ≤ end ≤ 9" },
        { "metadata-no-object", "'__metadata__' must be one object of strings" },
        { "metadata-number", "holds 'format', which is no string" },
        { "metadata-twice", "'__metadata__' is in the header twice" },
        { "metadata-key-twice", "'__metadata__' holds 'a' twice" },
        { "value-nan", "'w' holds NaN at [1,2]; finite" },
        { "value-infinity-f16", "'w' holds -Infinity at [0,1]; finite" },
        { "value-nan-bf16", "'w' holds NaN at [1,0]; finite" },
        { "value-beyond-f32", "'w' holds 1E+300 at [1]; finite" },
        { "value-no-bool", "'w' holds 2 at [2]; 0 and 1" },
    };

    public static TheoryData<string, string> Shards => new()
    {
        { "escapes-folder", "names the path '../missing-tensor/1.safetensors'; only paths below" },
        { "absolute-path", "names the path '/etc/passwd'" },
        { "zero-in-path", "names the path '1?.safetensors'" },
        { "missing-shard", "2.safetensors', which does not exist" },
        { "missing-tensor", "'b' is in '1.safetensors'; that file does not hold it" },
        { "wrong-shard", "'a' is in '2.safetensors'; that file does not hold it" },
        { "tensor-in-two-shards", "'a' is both in" },
        { "no-weight-map", "no 'weight_map'" },
        { "weight-map-list", "no 'weight_map'" },
        { "file-name-number", "'a' has a file name that is no string" },
        { "key-twice", "not the JSON that is accepted" },
        { "not-json", "not the JSON that is accepted" },
        { "only-pickle", "pytorch_model.bin is a pickle" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileIsRefusedByName(string name, string said)
    {
        string path = Path.Combine(s_files, name + ".safetensors");
        var error = Assert.Throws<InvalidModelException>(() => ReadAll(Checkpoint.OpenFile(path)));
        Assert.Equal(path, error.File);
        Assert.Contains(said, error.Problem);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [MemberData(nameof(Shards))]
    public void AFolderOfShardsIsRefusedByName(string name, string said)
    {
        string folder = Path.Combine(s_shards, name);
        var error = Assert.Throws<InvalidModelException>(() => ReadAll(Checkpoint.Open(folder)));
        Assert.StartsWith(folder, error.File, StringComparison.Ordinal);
        Assert.Contains(said, error.Problem);
    }

    [Fact]
    public void EveryFixtureIsInATable()
    {
        Assert.Equal(Directory.GetFiles(s_files).Select(file => Path.GetFileNameWithoutExtension(file)).Order(),
            Files.Select(row => row.Data.Item1).Order());
        Assert.Equal(Directory.GetDirectories(s_shards).Select(Path.GetFileName).Order(),
            Shards.Select(row => row.Data.Item1).Order());
    }

    [Fact]
    public void SixteenBitPatternsAreCheckedToo()
    {
        foreach (string name in new[] { "value-infinity-f16", "value-nan-bf16" })
        {
            using var checkpoint = Checkpoint.OpenFile(Path.Combine(s_files, name + ".safetensors"));
            TensorInfo tensor = checkpoint.Require("w", [2, 2], "the test");
            var error = Assert.Throws<InvalidModelException>(() => checkpoint.ReadRows16(tensor, 0, new ushort[4]));
            Assert.Contains("'w' holds", error.Problem);
        }
    }

    [Fact]
    public void ARefusalLeavesNoFileOpen()
    {
        // On Linux an open file shows up as a descriptor of this process.
        if (!OperatingSystem.IsLinux())
            Assert.Skip("/proc/self/fd is only on Linux.");
        string[] paths = [Path.Combine(s_files, "offsets-gap.safetensors"),
            Path.Combine(s_shards, "tensor-in-two-shards", "model.safetensors.index.json")];
        foreach (string path in paths)
        {
            for (int i = 0; i < 50; i++)
                Assert.Throws<InvalidModelException>(() => Checkpoint.OpenFile(path));
        }
        foreach (string descriptor in Directory.GetFiles("/proc/self/fd"))
        {
            string? target = new FileInfo(descriptor).LinkTarget;
            Assert.False(target is not null && (target.EndsWith("offsets-gap.safetensors", StringComparison.Ordinal)
                || target.Contains("tensor-in-two-shards", StringComparison.Ordinal)), target);
        }
    }

    private static void ReadAll(Checkpoint checkpoint)
    {
        using (checkpoint)
        {
            foreach (TensorInfo tensor in checkpoint.Tensors)
                checkpoint.ReadRows(tensor, 0, new float[tensor.Elements]);
        }
    }
}
