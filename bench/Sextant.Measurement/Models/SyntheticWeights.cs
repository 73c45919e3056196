using System.Globalization;
using System.Text;

namespace Sextant.Measurement.Models;

/// <summary>A tensor of random values around a centre.</summary>
internal sealed record SyntheticTensor(string Name, float Centre, params int[] Shape)
{
    public long Elements => Shape.Aggregate(1L, (a, b) => a * b);
}

/// <summary>
/// Writes safetensors files of random values within 0.05 of each tensor's centre, the same every time.
/// </summary>
internal static class SyntheticWeights
{
    /// <summary>Writes the file at once, or not at all; type f32, f16 or bf16.</summary>
    public static void Write(string file, string type, IEnumerable<SyntheticTensor> tensors)
    {
        int size = type == "f32" ? 4 : 2;
        SyntheticTensor[] all = [.. tensors];
        var header = new StringBuilder("{");
        long offset = 0;
        foreach (SyntheticTensor tensor in all)
        {
            long bytes = tensor.Elements * size;
            header.Append(CultureInfo.InvariantCulture,
                $"{(offset == 0 ? "" : ",")}\"{tensor.Name}\":{{\"dtype\":\"{type.ToUpperInvariant()}\","
                + $"\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{offset},{offset + bytes}]}}");
            offset += bytes;
        }
        header.Append('}');
        byte[] json = Encoding.UTF8.GetBytes(header.ToString().PadRight((header.Length + 7) & ~7));
        using (var writer = new BinaryWriter(
            new FileStream(file + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20)))
        {
            writer.Write((long)json.Length);
            writer.Write(json);
            var random = new Random(5);
            foreach (SyntheticTensor tensor in all)
            {
                for (long i = tensor.Elements; i > 0; i--)
                    WriteValue(writer, type, tensor.Centre + (float)(random.NextDouble() - 0.5) * 0.1f);
            }
        }
        File.Move(file + ".part", file, overwrite: true);
    }

    private static void WriteValue(BinaryWriter file, string type, float value)
    {
        if (type == "f32")
            file.Write(value);
        else if (type == "f16")
            file.Write(BitConverter.HalfToUInt16Bits((Half)value));
        else
            file.Write((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
    }
}
