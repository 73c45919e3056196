using System.Buffers.Binary;
using System.Text.Json;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Tests.Weights;

/// <summary>
/// Checkpoints that another library wrote, against a decoder that shares nothing with ours: JsonDocument and scalar
/// conversions.
/// </summary>
public class GoldenCheckpointTests
{
    [Theory]
    [InlineData("bert", "F32,I64", "model.safetensors")]
    [InlineData("xlm_roberta", "F16", "model.safetensors")]
    [InlineData("qwen3", "BF16", "model.safetensors")]
    [InlineData("qwen2", "F32", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")]
    public void EveryValueOfEveryTensorIsTheSame(string model, string types, params string[] files)
    {
        using var checkpoint = Checkpoint.Open(TestData.Model(model));
        var seen = new HashSet<string>();
        int tensors = 0;
        foreach (string name in files)
        {
            byte[] file = File.ReadAllBytes(TestData.Model(model, name));
            int header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
            using var json = JsonDocument.Parse(file.AsMemory(8, header));
            foreach (JsonProperty entry in json.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                    continue;
                tensors++;
                string type = entry.Value.GetProperty("dtype").GetString()!;
                seen.Add(type);
                long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(value => value.GetInt64())];
                int begin = entry.Value.GetProperty("data_offsets")[0].GetInt32(),
                    end = entry.Value.GetProperty("data_offsets")[1].GetInt32();
                Compare(checkpoint, checkpoint.Require(entry.Name, shape, model), type,
                    file.AsSpan(8 + header)[begin..end]);
            }
        }
        Assert.Equal(tensors, checkpoint.Tensors.Count);
        Assert.Equal(types.Split(',').Order(), seen.Order());
    }

    private static void Compare(Checkpoint checkpoint, TensorInfo tensor, string type, ReadOnlySpan<byte> stored)
    {
        float[] values = new float[tensor.Elements];
        checkpoint.ReadRows(tensor, 0, values);
        int size = stored.Length / values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> element = stored.Slice(i * size, size);
            float expected = type switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(element),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                "BF16" => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                "I64" => BinaryPrimitives.ReadInt64LittleEndian(element),
                _ => throw new InvalidOperationException(type),
            };
            if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(values[i]))
                Assert.Fail($"{tensor}: element {i} is {values[i]}, not {expected}");
        }
        if (tensor.ElementType is ElementType.F16 or ElementType.BF16)
        {
            ushort[] patterns = new ushort[tensor.Elements];
            checkpoint.ReadRows16(tensor, 0, patterns);
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ushort>(patterns).SequenceEqual(stored));
        }
    }
}
