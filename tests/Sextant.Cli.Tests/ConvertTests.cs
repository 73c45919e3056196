using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sextant.Weights;

namespace Sextant.Cli.Tests;

/// <summary>
/// A model is written as an exporter writes it (matrices transposed and without names) and converted back: the tensors
/// must be those it was made of.
/// </summary>
public sealed class ConvertTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-convert-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void TheConvertedTensorsAreTheOriginalOnesAndSoAreTheVectors()
    {
        string folder = Converted(Export(), "--pooling", "mean");
        Assert.Equal(Tensors(model.Folder), Tensors(folder));
        Assert.Equal(
            CommandLine.Run("embed", "the sky is blue.", "--model", model.Folder).Output,
            CommandLine.Run("embed", "the sky is blue.", "--model", folder).Output);
    }

    [Fact]
    public void SixteenBitsAreTheNearestOnes()
    {
        string folder = Converted(Export(), "--pooling", "cls", "--type", "f16");
        (string Name, byte[] Bytes)[] halves = [.. Read(folder)], singles = [.. Read(model.Folder)];
        Assert.Equal(singles.Length, halves.Length);
        for (int i = 0; i < halves.Length; i++)
        {
            Half[] expected = [.. MemoryMarshal.Cast<byte, float>(singles[i].Bytes).ToArray().Select(one => (Half)one)];
            Assert.Equal(singles[i].Name, halves[i].Name);
            Assert.Equal(expected, MemoryMarshal.Cast<byte, Half>(halves[i].Bytes).ToArray());
        }
        Assert.Contains("\"pooling_mode_cls_token\": true", File.ReadAllText(Path.Combine(folder, "1_Pooling/config.json")));
    }

    [Theory]
    [InlineData("relu", "operations that a plain export of BERT does not have: Relu")]
    [InlineData("matrix", "matrices that BERT does not have: 'lm_head.weight' [32, 90] FLOAT")]
    [InlineData("int8", "'embeddings.word_embeddings.weight' is INT8; FLOAT or FLOAT16 is needed")]
    [InlineData("gelu", "1 GELU activations by erf in 2 layers")]
    [InlineData("other", "no tensor 'embeddings.word_embeddings.weight', so it is no BERT encoder")]
    [InlineData("epsilon", "epsilons 1E-12, 1E-05; one is needed")]
    [InlineData("cut", "goes beyond its message")]
    public void WhatBertDoesNotHaveIsRefusedByItsName(string what, string expected)
    {
        byte[] onnx = what switch
        {
            "relu" => Graph(graph => graph.Node("Relu", ["x"], "y")),
            "matrix" => Graph(graph => graph.Tensor("lm_head.weight", 1, [32, 90], new byte[32 * 90 * 4])),
            "gelu" => Graph(_ => { }, gelus: 1),
            "int8" => Graph(_ => { }, quantised: true),
            "epsilon" => Graph(graph => graph
                .Tensor("eps", 1, [], BitConverter.GetBytes(1e-5f)).Node("Add", ["v", "eps"], "w").Node("Sqrt", ["w"], "r")),
            "cut" => Graph(_ => { })[..^100],
            _ => new OnnxModel().Tensor("conv.weight", 1, [1], new byte[4]).ToBytes(),
        };
        Outcome outcome = Convert(onnx, "--pooling", "mean");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains(expected, outcome.ErrorLine);
        Assert.Equal(["m.onnx"], Directory.GetFileSystemEntries(_root).Select(Path.GetFileName));
    }

    [Fact]
    public void AManifestRefusesAnotherModel()
    {
        string manifest = Path.Combine(model.Folder, "tensors.sha256");
        File.WriteAllLines(manifest, Tensors(model.Folder));
        Assert.Equal(0, Convert(Graph(_ => { }), "--pooling", "mean", "--manifest", manifest).Exit);
        string[] lines = File.ReadAllLines(manifest);
        lines[3] = new string('0', 64) + lines[3][64..];
        File.WriteAllLines(manifest, lines);
        Directory.Delete(Path.Combine(_root, "out"), recursive: true);
        Outcome outcome = Convert(Graph(_ => { }), "--pooling", "mean", "--manifest", manifest);
        Assert.Equal(1, outcome.Exit);
        Assert.Contains($"1 of its tensors differ from {manifest}, such as '{lines[3][66..]}'", outcome.ErrorLine);
    }

    [Fact]
    public void AFolderThatIsThereIsLeftAlone()
    {
        Directory.CreateDirectory(Path.Combine(_root, "out"));
        File.WriteAllText(Path.Combine(_root, "out", "mine"), "text");
        Outcome outcome = Convert(Graph(_ => { }), "--pooling", "mean");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains("is there already and not empty", outcome.ErrorLine);
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(Path.Combine(_root, "out")).Select(Path.GetFileName));
    }

    private byte[] Export() => Graph(_ => { });

    private string Converted(byte[] onnx, params string[] args)
    {
        Outcome outcome = Convert(onnx, args);
        Assert.True(outcome.Exit == 0, outcome.Error);
        return Path.Combine(_root, "out");
    }

    private Outcome Convert(byte[] onnx, params string[] args)
    {
        string file = Path.Combine(_root, "m.onnx");
        File.WriteAllBytes(file, onnx);
        return CommandLine.Run([
            "convert", file, "--vocab", Path.Combine(model.Folder, "vocab.txt"), "--output", Path.Combine(_root, "out"),
            .. args,
        ]);
    }

    // Only what conversion looks at: each bias, added to the product with a nameless matrix, and the heads' reshape.
    private byte[] Graph(Action<OnnxModel> more, int gelus = 2, bool quantised = false)
    {
        var graph = new OnnxModel();
        int number = 0;
        foreach ((string name, byte[] bytes) in Read(model.Folder))
        {
            long[] shape = ShapeOf(name);
            bool isLinear = name.StartsWith("encoder", StringComparison.Ordinal) && shape.Length == 2;
            if (!isLinear)
            {
                bool small = quantised && name.Contains("word", StringComparison.Ordinal);
                graph.Tensor(name, small ? 3 : 1, shape, small ? new byte[bytes.Length / 4] : bytes);
                continue;
            }
            string matrix = $"onnx::MatMul_{number++}", bias = name.Replace(".weight", ".bias", StringComparison.Ordinal);
            graph.Tensor(matrix, 1, [shape[1], shape[0]], Transposed(bytes, (int)shape[0], (int)shape[1]));
            graph.Node("MatMul", ["x", matrix], $"{matrix}_out").Node("Add", [bias, $"{matrix}_out"], $"{matrix}_sum");
            graph.Node("Reshape", [$"{matrix}_sum", "heads"], $"{matrix}_heads");
        }
        graph.Tensor("heads", 7, [4], [.. new long[] { 0, 0, 2, 16 }.SelectMany(BitConverter.GetBytes)]);
        graph.Tensor("epsilon", 1, [], BitConverter.GetBytes(1e-12f));
        graph.Node("Add", ["variance", "epsilon"], "sum").Node("Sqrt", ["sum"], "root");
        for (int i = 0; i < gelus; i++)
            graph.Node("Erf", ["x"], $"erf{i}");
        more(graph);
        return graph.ToBytes();
    }

    private static byte[] Transposed(byte[] bytes, int rows, int columns)
    {
        var turned = new byte[bytes.Length];
        for (int i = 0; i < rows * columns; i++)
            bytes.AsSpan(i * 4, 4).CopyTo(turned.AsSpan((((i % columns) * rows) + (i / columns)) * 4));
        return turned;
    }

    private long[] ShapeOf(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(model.Folder, "model.safetensors"));
        return file.Tensors.Single(one => one.Name == name).Shape.ToArray();
    }

    private static string[] Tensors(string folder) =>
        [.. Read(folder).Select(one => $"{System.Convert.ToHexStringLower(SHA256.HashData(one.Bytes))}  {one.Name}")];

    private static IEnumerable<(string Name, byte[] Bytes)> Read(string folder)
    {
        string path = Path.Combine(folder, "model.safetensors");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        byte[] all = File.ReadAllBytes(path);
        return [.. file.Tensors.OrderBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => (one.Name, all.AsSpan((int)one.Offset, (int)one.ByteLength).ToArray()))];
    }
}
