using System.Text;
using Sextant.Indexes;
using Sextant.Weights;

namespace Sextant.Programs;

/// <summary>Tells checkpoints apart by their tensors: names, element types, shapes and values.</summary>
/// <remarks>
/// How the tensors are spread over files, in which order, and what a header says beside them makes no difference. At
/// the disk's speed; no protection against a forger.
/// </remarks>
internal static class TensorFingerprint
{
    /// <summary>Of all tensors of some safetensors files.</summary>
    /// <param name="files">The files, each with the name of its folder in the model.</param>
    /// <exception cref="InvalidModelException">A file cannot be read, or is none of safetensors.</exception>
    public static string Of(IEnumerable<(string Folder, string File)> files)
    {
        var lines = new List<string>();
        foreach ((string folder, string path) in files)
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (TensorInfo tensor in file.Tensors)
            {
                lines.Add($"{folder}/{tensor.Name} {tensor.ElementType} {MessageText.Shape(tensor.Shape)} "
                    + Values(file, tensor));
            }
        }
        lines.Sort(StringComparer.Ordinal);
        var sum = new ChecksumLanes();
        sum.Add(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return sum.Text();
    }

    private static string Values(SafetensorsFile file, TensorInfo tensor)
    {
        var sum = new ChecksumLanes();
        for (long done = 0; done < tensor.ByteLength; done += FileWindow.Longest)
        {
            int length = (int)Math.Min(FileWindow.Longest, tensor.ByteLength - done);
            using FileWindow window = file.Window(tensor.Offset + done, length);
            sum.Add(window.Bytes);
        }
        return sum.Text();
    }
}
