using System.Text;
using System.Text.Json;

namespace Sextant.Cli.Tests;

public sealed class EncodingTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly string[] Texts = ["the sky is blue", "grass", "hello world", "one two three"];

    [Theory]
    [InlineData("float16", "<f2", 32)]
    [InlineData("int8", "|i1", 32)]
    [InlineData("uint8", "|u1", 32)]
    [InlineData("binary", "|i1", 4)]
    [InlineData("ubinary", "|u1", 4)]
    public void NumPyAndJsonHoldTheSameNumbers(string encoding, string type, int columns)
    {
        string[] flags = encoding.EndsWith("int8", StringComparison.Ordinal)
            ? ["--encoding", encoding, "--ranges", Ranges()]
            : ["--encoding", encoding];
        Outcome json = Embed([.. Texts, .. flags]);
        Assert.Equal((0, ""), (json.Exit, json.Error));
        float[][] numbers = [.. json.Lines.Select(Numbers)];

        byte[] npy = Embed([.. Texts, .. flags, "--format", "npy"]).Bytes;
        string header = Encoding.ASCII.GetString(npy, 10, 118);
        Assert.Equal(
            $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({Texts.Length}, {columns}), }}", header.TrimEnd());
        byte[] data = npy[128..];
        float[] elements = type switch
        {
            "<f2" => [.. Enumerable.Range(0, data.Length / 2).Select(i => (float)BitConverter.ToHalf(data, 2 * i))],
            "|i1" => [.. data.Select(b => (float)(sbyte)b)],
            _ => [.. data.Select(b => (float)b)],
        };
        Assert.Equal(numbers.SelectMany(row => row), elements);

        string path = Path.Combine(model.Folder, $"{encoding}.npy");
        Assert.Equal(0, Embed([.. Texts, .. flags, "--format", "npy", "--output", path]).Exit);
        Assert.Equal(npy, File.ReadAllBytes(path));
    }

    [Fact]
    public void EachEncodingFollowsFromTheFloats()
    {
        float[][] floats = [.. Embed(Texts).Lines.Select(Numbers)];
        Assert.Equal(Embed(Texts).Output, Embed([.. Texts, "--encoding", "float32"]).Output);
        float[][] halves = Encoded("float16"), unsigned = Encoded("ubinary"), signed = Encoded("binary");
        float[][] bytes = Encoded("uint8", "--ranges", Ranges());
        float[][] signedBytes = Encoded("int8", "--ranges", Ranges());
        for (int text = 0; text < Texts.Length; text++)
        {
            Assert.Equal(floats[text].Select(x => (float)(Half)x), halves[text]);
            for (int i = 0; i < floats[text].Length; i++)
            {
                Assert.Equal(floats[text][i] > 0, ((int)unsigned[text][i / 8] & (128 >> (i % 8))) != 0);
                // The ranges come from these very texts, so that the ends of a range are the first and the last code.
                if (floats.All(row => row[i] >= floats[text][i]))
                    Assert.Equal(0, bytes[text][i]);
                if (floats.All(row => row[i] <= floats[text][i]))
                    Assert.InRange(bytes[text][i], 254, 255); // a quotient of 255 may round to just below
                Assert.Equal(bytes[text][i] - 128, signedBytes[text][i]);
            }
            Assert.Equal(unsigned[text].Select(b => b - 128), signed[text]);
        }
    }

    [Fact]
    public void RangesAreTheLeastAndGreatestOfEachDimension()
    {
        float[][] floats = [.. Embed(Texts).Lines.Select(Numbers)];
        using JsonDocument ranges = JsonDocument.Parse(File.ReadAllBytes(Ranges()));
        for (int i = 0; i < TinyModel.Hidden; i++)
        {
            Assert.Equal(floats.Min(row => row[i]), ranges.RootElement.GetProperty("mins")[i].GetSingle());
            Assert.Equal(floats.Max(row => row[i]), ranges.RootElement.GetProperty("maxs")[i].GetSingle());
        }
    }

    [Theory]
    [InlineData("int8 needs --ranges FILE", "--encoding", "int8")]
    [InlineData("--ranges is for int8 and uint8", "--encoding", "ubinary", "--ranges", "x.json")]
    [InlineData("--ranges is for int8 and uint8", "--ranges", "x.json")]
    [InlineData("--write-ranges is for the calibration set", "--encoding", "uint8", "--ranges", "x", "--write-ranges", "y")]
    [InlineData("--write-ranges needs a file", "--write-ranges", "-")]
    [InlineData("f32 is the floats alone", "--encoding", "binary", "--format", "f32")]
    [InlineData("--encoding is 'bits'", "--encoding", "bits")]
    public void WhatDoesNotFitTogetherIsWrongUsage(string part, params string[] flags)
    {
        Outcome outcome = Embed(["one", .. flags]);
        Assert.Equal((2, ""), (outcome.Exit, outcome.Output));
        Assert.Contains(part, outcome.ErrorLine);
    }

    [Fact]
    public void RangesOfAnotherLengthAreRefused()
    {
        Outcome outcome = Embed("one", "--encoding", "int8", "--ranges", Ranges(), "--dimensions", "8");
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.Contains("has ranges for 32 dimensions; the vectors have 8", outcome.ErrorLine);
        Assert.Contains("cannot be read", Embed("one", "--encoding", "int8", "--ranges", "nowhere.json").ErrorLine);
    }

    [Theory]
    [InlineData("r.json", 0)]
    [InlineData("r1.json", 8)]
    public void CodesAreTheFormulaAndEmptyRangesAreWarnedOf(string ranges, int empty)
    {
        string folder = Checkout.Case("N01");
        string path = Path.Combine(folder, ranges);
        string[] texts = ["the cat sat", "dog ran on the mat .", "query : one two three", "a b c d e"];
        string[] common = ["embed", "--model", folder, "--pooling", "mean"];
        float[][] floats = [.. CommandLine.Run([.. common, .. texts]).Lines.Select(Numbers)];
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        float Bound(string name, int i) => file.RootElement.GetProperty(name)[i].GetSingle();

        Outcome outcome = CommandLine.Run([.. common, .. texts, "--encoding", "int8", "--ranges", path]);

        Assert.Equal(0, outcome.Exit);
        float[][] codes = [.. outcome.Lines.Select(Numbers)];
        for (int text = 0; text < texts.Length; text++)
        {
            for (int i = 0; i < 8; i++)
            {
                // np.clip(np.floor((x - starts) / np.where(steps == 0, 1, steps)), 0, 255) - 128, in binary32
                float step = (Bound("maxs", i) - Bound("mins", i)) / 255f;
                float moved = floats[text][i] - Bound("mins", i);
                float bucket = MathF.Floor(moved / (step == 0 ? 1 : step));
                Assert.Equal(Math.Clamp(bucket, 0, 255) - 128, codes[text][i]);
            }
        }
        if (empty == 0)
            Assert.Equal("", outcome.Error);
        else
            Assert.Contains($"warning: {path}: the ranges of {empty} of 8 dimensions are empty", outcome.ErrorLine);
    }

    [Fact]
    public void OneVectorIsNoCalibrationSet()
    {
        string path = Path.Combine(model.Folder, "one.json");
        Outcome outcome = Embed("the sky", "--write-ranges", path);
        Assert.Equal(0, outcome.Exit);
        Assert.Contains("the ranges of 32 of 32 dimensions are empty", outcome.ErrorLine);
    }

    [Fact]
    public void NothingHasNoRanges()
    {
        string path = Path.Combine(model.Folder, "none.json");
        Outcome outcome = CommandLine.RunWith(
            "", "embed", "--model", model.Folder, "--input", "-", "--write-ranges", path);
        Assert.Equal(1, outcome.Exit);
        Assert.Contains("no vectors", outcome.ErrorLine);
        Assert.False(File.Exists(path));
    }

    private float[][] Encoded(string encoding, params string[] flags) =>
        [.. Embed([.. Texts, "--encoding", encoding, .. flags]).Lines.Select(Numbers)];

    private string Ranges()
    {
        string path = Path.Combine(model.Folder, "ranges.json");
        Assert.Equal((0, ""), (Embed([.. Texts, "--write-ranges", path]).Exit, ""));
        return path;
    }

    private Outcome Embed(params string[] args) => CommandLine.Run(["embed", "--model", model.Folder, .. args]);

    private static float[] Numbers(string line) =>
        [.. JsonDocument.Parse(line).RootElement.GetProperty("embedding").EnumerateArray()
            .Select(value => value.GetSingle())];
}
