using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Sextant.Conversion;

/// <summary>
/// Writes a safetensors file as the format's own library does: wide types first, then by name, and the header filled
/// up with spaces to eight bytes. So a file that was converted from a published model's export is that model's file.
/// </summary>
internal static class SafetensorsWriter
{
    public static void Write(string path, IEnumerable<StoredTensor> tensors)
    {
        StoredTensor[] ordered = [.. tensors
            .OrderByDescending(one => one.ItemSize).ThenBy(one => one.Name, StringComparer.Ordinal)];
        byte[] header = Header(ordered);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        using FileStream file = File.Create(path);
        file.Write(length);
        file.Write(header);
        foreach (StoredTensor tensor in ordered)
            file.Write(tensor.Bytes);
    }

    private static byte[] Header(StoredTensor[] ordered)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (StoredTensor tensor in ordered)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type);
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset += tensor.Bytes.Length]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        int padding = (int)(-bytes.Length & 7);
        bytes.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        return bytes.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
