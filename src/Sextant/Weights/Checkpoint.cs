using System.Runtime.InteropServices;
using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>The weights of a model: one model.safetensors, or shards named by model.safetensors.index.json.</summary>
/// <remarks>
/// Opening checks every header and reads no tensor. Reading copies at most 1 MB of a file at a time, so resident memory
/// is the caller's packed weights plus one such window for each reading thread.
/// Reading is safe from several threads; disposing while another thread reads is not.
/// </remarks>
internal sealed class Checkpoint : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    // torch.compile, DataParallel, and the transformer within a sentence-transformers model.
    private static readonly string[] s_wrappers = ["_orig_mod.", "module.", "0.auto_model.", "auto_model."];

    private readonly Dictionary<string, TensorInfo> _tensors;
    private readonly SafetensorsFile[] _files;

    private Checkpoint(string location, Dictionary<string, TensorInfo> tensors, SafetensorsFile[] files)
    {
        Location = location;
        _tensors = tensors;
        _files = files;
    }

    /// <summary>The file that was opened: the safetensors file or the index of the shards.</summary>
    public string Location { get; }

    /// <summary>How weights are bytes; null where they are numbers of their own.</summary>
    public QuantizationScheme? Quantization { get; init; }

    /// <summary>All tensors, also those that no model uses.</summary>
    public IReadOnlyCollection<TensorInfo> Tensors => _tensors.Values;

    /// <summary>Opens the checkpoint of a model folder: model.safetensors, else model.safetensors.index.json.</summary>
    /// <exception cref="InvalidModelException">There is none, or it is damaged or hostile.</exception>
    public static Checkpoint Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string single = Path.Combine(folder, SingleFile);
        if (File.Exists(single))
            return OpenFile(single);
        string index = Path.Combine(folder, IndexFile);
        if (File.Exists(index))
            return OpenFile(index);
        if (!Directory.Exists(folder))
            throw new InvalidModelException(folder, "there is no such folder.");
        throw new InvalidModelException(
            folder, $"holds neither {SingleFile} nor {IndexFile}.{ModelFolder.Others(folder)}");
    }

    /// <summary>Opens a safetensors file, or shards through their index where the name ends in .json.</summary>
    /// <exception cref="InvalidModelException">The file is missing, damaged or hostile.</exception>
    public static Checkpoint OpenFile(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var tensors = new Dictionary<string, TensorInfo>();
        if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return new Checkpoint(file, tensors, ShardIndex.OpenShards(file, tensors));
        SafetensorsFile single = SafetensorsFile.Open(file);
        foreach (TensorInfo tensor in single.Tensors)
            tensors.Add(tensor.Name, tensor);
        return new Checkpoint(file, tensors, [single]);
    }

    /// <summary>
    /// Opens the checkpoint of a model folder under the names that the model gave its tensors: what wrappers of
    /// training put before every one of them is left off, and noted.
    /// </summary>
    internal static Checkpoint OpenModel(
        string folder, List<string>? notes = null, QuantizationScheme? quantization = null)
    {
        Checkpoint opened = Open(folder);
        var checkpoint = new Checkpoint(opened.Location, opened._tensors, opened._files) { Quantization = quantization };
        while (Array.Find(s_wrappers, checkpoint.AllBeginWith) is { } wrapper)
        {
            checkpoint.Unwrap(wrapper);
            notes?.Add($"{Path.GetFileName(checkpoint.Location)}: {MessageText.Quote(wrapper)} before every tensor's "
                + "name was left off.");
        }
        return checkpoint;
    }

    /// <summary>Looks a tensor up by its name.</summary>
    public bool TryFind(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TensorInfo? tensor) =>
        _tensors.TryGetValue(name, out tensor);

    /// <summary>A tensor that must be there with this shape.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <param name="because">Who needs it so, such as "bert with hidden_size 384".</param>
    /// <exception cref="InvalidModelException">It is missing or has another shape.</exception>
    public TensorInfo Require(string name, ReadOnlySpan<long> shape, string because)
    {
        if (!_tensors.TryGetValue(name, out TensorInfo? tensor))
            throw new InvalidModelException(Location, $"'{name}' is missing; {because} needs it with the shape "
                + $"{MessageText.Shape(shape)}.");
        if (!tensor.Shape.SequenceEqual(shape))
            throw new InvalidModelException(tensor.File,
                $"'{name}' is {MessageText.Shape(tensor.Shape)}; {because} needs "
                + $"{MessageText.Shape(shape)}.");
        return tensor;
    }

    /// <summary>
    /// Reads rows (slices of the first dimension) as F32: F16, BF16, I8, U8 and BOOL exactly, F64, I32 and I64 rounded
    /// once to nearest even. As many rows as fill <paramref name="destination"/>, from <paramref name="firstRow"/> on.
    /// </summary>
    /// <exception cref="InvalidModelException">
    /// A value is NaN or infinite, or the file changed or cannot be read.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The destination is not whole rows, or the rows are not in the tensor.
    /// </exception>
    public void ReadRows(TensorInfo tensor, long firstRow, Span<float> destination)
    {
        long first = FirstElement(tensor, firstRow, destination.Length);
        int size = tensor.ElementType.Size();
        int step = FileWindow.Longest / size;
        for (int done = 0; done < destination.Length; done += step)
        {
            Span<float> part = destination.Slice(done, Math.Min(step, destination.Length - done));
            long position = first + done;
            using FileWindow window = tensor.Source.Window(tensor.Offset + position * size, part.Length * size);
            int bad = Widening.ToSingle(tensor.ElementType, window.Bytes, part);
            if (bad >= 0)
                throw NotFinite(tensor, position + bad, window.Bytes.Slice(bad * size, size));
        }
    }

    /// <summary>Reads rows of an F16 or BF16 tensor as the 16-bit patterns that are stored.</summary>
    /// <exception cref="InvalidModelException">
    /// A value is NaN or infinite, or the file changed or cannot be read.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// Another element type, the destination is not whole rows, or the rows are not in the tensor.
    /// </exception>
    public void ReadRows16(TensorInfo tensor, long firstRow, Span<ushort> destination)
    {
        long first = FirstElement(tensor, firstRow, destination.Length);
        if (tensor.ElementType is not (ElementType.F16 or ElementType.BF16))
            throw new ArgumentException($"{tensor} is not stored in 16 bits.", nameof(tensor));
        const int step = FileWindow.Longest / sizeof(ushort);
        for (int done = 0; done < destination.Length; done += step)
        {
            Span<ushort> part = destination.Slice(done, Math.Min(step, destination.Length - done));
            long position = first + done;
            using FileWindow window = tensor.Source.Window(tensor.Offset + position * sizeof(ushort),
                part.Length * sizeof(ushort));
            window.Bytes.CopyTo(MemoryMarshal.AsBytes(part));
            int bad = FiniteCheck.FirstNonFinite(part, tensor.ElementType);
            if (bad >= 0)
                throw NotFinite(tensor, position + bad, window.Bytes.Slice(bad * sizeof(ushort), sizeof(ushort)));
        }
    }

    /// <summary>Reads rows of a tensor as the bytes that are stored, without a look at them.</summary>
    /// <exception cref="InvalidModelException">The file changed or cannot be read.</exception>
    public void ReadBytes(TensorInfo tensor, long firstRow, Span<byte> destination)
    {
        long first = firstRow * (tensor.ByteLength / Math.Max(1, tensor.Rows));
        for (int done = 0; done < destination.Length; done += FileWindow.Longest)
        {
            Span<byte> part = destination.Slice(done, Math.Min(FileWindow.Longest, destination.Length - done));
            using FileWindow window = tensor.Source.Window(tensor.Offset + first + done, part.Length);
            window.Bytes.CopyTo(part);
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    private bool AllBeginWith(string prefix) => _tensors.Count > 0
        && _tensors.Keys.All(name => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal));

    private void Unwrap(string prefix)
    {
        TensorInfo[] tensors = [.. _tensors.Values];
        _tensors.Clear();
        foreach (TensorInfo tensor in tensors)
            _tensors.Add(tensor.Name[prefix.Length..], tensor.Named(tensor.Name[prefix.Length..]));
    }

    private static long FirstElement(TensorInfo tensor, long firstRow, int elements)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.ElementType == ElementType.Other)
        {
            throw new InvalidModelException(tensor.File, $"{MessageText.Quote(tensor.Name)} has the dtype "
                + $"{MessageText.Quote(tensor.Dtype)}; {StoredElement.Readable} are accepted.");
        }
        long rowLength = tensor.RowLength;
        long rows = rowLength == 0 ? 0 : elements / rowLength;
        if (rows * rowLength != elements)
            throw new ArgumentException($"A destination of {elements} is not whole rows of {rowLength} of {tensor}.");
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        if (firstRow > tensor.Rows - rows)
            throw new ArgumentOutOfRangeException(nameof(firstRow), firstRow,
                $"{rows} rows from there are not in {tensor}.");
        return firstRow * rowLength;
    }

    private static InvalidModelException NotFinite(TensorInfo tensor, long element, ReadOnlySpan<byte> stored)
    {
        Span<long> index = stackalloc long[tensor.Shape.Length];
        long rest = element;
        for (int i = index.Length - 1; i >= 0; i--)
            (rest, index[i]) = Math.DivRem(rest, tensor.Shape[i]);
        double value = tensor.ElementType switch
        {
            ElementType.F16 => (double)BitConverter.ToHalf(stored),
            ElementType.BF16 => BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(stored) << 16),
            ElementType.F64 => BitConverter.ToDouble(stored),
            ElementType.F32 => BitConverter.ToSingle(stored),
            _ => stored[0],
        };
        string accepted = tensor.ElementType == ElementType.Bool
            ? "0 and 1 are accepted"
            : "finite F32 values are accepted";
        return new InvalidModelException(tensor.File,
            $"{MessageText.Quote(tensor.Name)} holds {MessageText.Number(value)} at {MessageText.Shape(index)}; "
                + $"{accepted}.");
    }
}
