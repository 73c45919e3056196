using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Models;
using Sextant.Weights;

namespace Sextant.Tests.Models;

/// <summary>Checkpoints whose weights are bytes: compressed-tensors' form, made by bert_int8/make.py.</summary>
public class Int8CheckpointTests
{
    private static readonly string s_folder = TestData.Model("bert_int8");

    /// <summary>Both precisions, and the cosine that each has at least to float64 on the same bytes.</summary>
    [Theory]
    [InlineData(Precision.Exact, 0.9999999)]
    [InlineData(Precision.BFloat16, 0.9995)]
    [InlineData(Precision.Int8, 0.9995)]
    public void HiddenStatesAreThoseOfTheBytes(Precision precision, double least)
    {
        using var expected = Checkpoint.OpenFile(Path.Combine(s_folder, "expected.safetensors"));
        float[] states = Read(expected, "states");
        int[] ids = [.. Read(expected, "ids").Select(id => (int)id)];
        using var model = EmbeddingModel.Load(s_folder, new() { Pooling = "mean", Precision = precision });
        var actual = new float[states.Length];
        model.HiddenStates(new TokenSequence(ids), model.Card.Layers, actual);
        if (precision == Precision.Exact)
            GoldenModel.AssertClose(states, actual, 1e-6, "bert_int8");
        for (int token = 0; token < ids.Length; token++)
        {
            int width = states.Length / ids.Length;
            Assert.InRange(
                Int8ExactnessTests.Cosine(
                    MemoryMarshal.AsBytes(states.AsSpan(token * width, width)).ToArray(),
                    MemoryMarshal.AsBytes(actual.AsSpan(token * width, width)).ToArray()),
                least, 1.000001);
        }
    }

    [Fact]
    public void TheBytesOfTheFileAreMultiplied()
    {
        using var checkpoint = Checkpoint.Open(s_folder);
        using var backend = new RecordedInt8Backend();
        ModelCatalog.Load(s_folder, backend, default, []);
        Assert.Equal(12, backend.Matrices.Count);
        string[][] names =
        [
            ["attention.self.query", "attention.self.key", "attention.self.value"], ["attention.output.dense"],
            ["intermediate.dense"], ["output.dense"],
        ];
        int lowest = 0;
        for (int i = 0; i < backend.Matrices.Count; i++)
        {
            Int8Matrix matrix = backend.Matrices[i].Matrix;
            int row = 0;
            foreach (string name in names[i % 4])
            {
                string tensor = $"encoder.layer.{i / 4}.{name}.weight";
                Assert.True(checkpoint.TryFind(tensor, out TensorInfo? stored));
                var file = new sbyte[stored.Elements];
                checkpoint.ReadBytes(stored, 0, MemoryMarshal.AsBytes(file.AsSpan()));
                float[] scales = Read(checkpoint, tensor + "_scale");
                var packed = new sbyte[matrix.Inputs];
                for (int part = 0; part < stored.Rows; part++, row++)
                {
                    Int8Packing.Unpack(matrix.Packed, row, packed);
                    Assert.Equal(file[(part * matrix.Inputs)..((part + 1) * matrix.Inputs)], packed);
                    Assert.Equal((packed.Sum(one => (int)one), scales[part]), SumAndScale(matrix, row));
                }
                lowest = Math.Min(lowest, file.Min());
            }
            Assert.Equal(matrix.Outputs, row);
        }
        Assert.Equal(-128, lowest); // those that are made here stop at -127
    }

    /// <summary>Every kernel set, on bytes down to -128, has the reference's bits.</summary>
    [Fact]
    public void AllKernelSetsHaveTheSameBits()
    {
        TokenSequence[] texts = ExactnessTests.Sequences(6, 1000, 40);
        byte[][] expected = Int8ExactnessTests.Alone(s_folder, Isa.Reference, 1, texts);
        foreach (Isa isa in KernelSets.Int8)
        {
            ExactnessTests.AssertEqual(
                expected, Int8ExactnessTests.Alone(s_folder, isa, 2, texts), $"bytes of a file, {isa}");
        }
    }

    [Theory]
    [InlineData("\"compressed-tensors\"", "\"gptq\"", "quant_method", "'compressed-tensors'")]
    [InlineData("\"int-quantized\"", "\"pack-quantized\"", "format", "'int-quantized'")]
    [InlineData("\"num_bits\": 8", "\"num_bits\": 4", "num_bits", "8")]
    [InlineData("\"symmetric\": true", "\"symmetric\": false", "symmetric", "true")]
    [InlineData("\"strategy\": \"channel\"", "\"strategy\": \"group\"", "strategy", "'channel'")]
    [InlineData("\"group_size\": null", "\"group_size\": 128", "group_size", "null")]
    [InlineData("\"type\": \"int\"", "\"type\": \"float\"", "type", "'int'")]
    [InlineData("\"output_activations\": null", "\"output_activations\": {}", "output_activations", "null")]
    [InlineData("\"compressed\"", "\"frozen\"", "quantization_status", "'compressed'")]
    [InlineData("\"sparsity_config\": {}", "\"sparsity_config\": {\"format\": \"sparse-bitmask\"}", "format", "'dense'")]
    [InlineData("\"actorder\": null", "\"actorder\": null, \"zero\": 3", "input_activations.zero", "not known")]
    public void OtherFormsAreRefusedByName(string found, string replaced, string named, string accepted)
    {
        using var folder = new FamilyFolder("bert_int8");
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(found, replaced));
        Assert.Contains("quantization_config.", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(accepted, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BytesWithoutTheirConfigAreRefused()
    {
        using var folder = new FamilyFolder("bert_int8");
        var error = Assert.Throws<InvalidModelException>(
            () => folder.Load("\"quantization_config\"", "\"quantisation\""));
        Assert.Contains("holds I8 numbers", error.Message, StringComparison.Ordinal);
    }

    private static float[] Read(Checkpoint checkpoint, string name)
    {
        Assert.True(checkpoint.TryFind(name, out TensorInfo? tensor));
        var values = new float[tensor.Elements];
        checkpoint.ReadRows(tensor, 0, values);
        return values;
    }

    private static unsafe (int Sum, float Scale) SumAndScale(Int8Matrix matrix, int row) =>
        (matrix.Packed.Sums[row], matrix.Packed.Scales[row]);
}
