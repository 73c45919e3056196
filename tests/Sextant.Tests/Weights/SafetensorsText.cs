using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Sextant.Tests.Weights;

/// <summary>Writes safetensors files byte by byte, so that the tests share no code with the reader.</summary>
internal static class SafetensorsText
{
    public static byte[] File(string header, ReadOnlySpan<byte> data) => File(Encoding.UTF8.GetBytes(header), data);

    public static byte[] File(byte[] json, ReadOnlySpan<byte> data)
    {
        byte[] file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file.AsSpan(8 + json.Length));
        return file;
    }

    /// <summary>A file of F32 tensors.</summary>
    public static byte[] Floats(Dictionary<string, (long[] Shape, float[] Values)> tensors)
    {
        var header = new StringBuilder("{");
        var data = new MemoryStream();
        foreach ((string tensor, (long[] shape, float[] values)) in tensors)
        {
            header.Append(header.Length > 1 ? "," : "").Append(
                Tensor(tensor, "F32", $"[{string.Join(',', shape)}]", data.Length, data.Length + 4L * values.Length));
            data.Write(MemoryMarshal.AsBytes<float>(values));
        }
        return File(header.Append('}').ToString(), data.ToArray());
    }

    public static string Tensor(string name, string type, string shape, long begin, long end) =>
        $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}";
}

/// <summary>A folder that is deleted when the test ends.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), "sextant-weights-" + Guid.NewGuid().ToString("N"));

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        // A new file each time: some file systems wait for the disk when an existing one is written over.
        System.IO.File.Delete(path);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
