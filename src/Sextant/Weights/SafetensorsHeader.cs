using System.Text.Json;

namespace Sextant.Weights;

/// <summary>Reads and checks the header of a safetensors file.</summary>
/// <remarks>
/// As strict as the format's text and its reference implementation: the tensors' byte ranges cover the data without
/// gaps, overlaps or a rest, so nothing can be smuggled in beside the tensors; a key twice, a key that the format does
/// not name, and an element type that the format does not have are refused. Offsets count from the first byte after
/// the header.
/// </remarks>
internal sealed class SafetensorsHeader(SafetensorsFile file, long dataStart, long dataLength)
{
    // Header → tensor → shape; __metadata__ is no deeper.
    private const int Depth = 3;

    // No real model comes near it; it keeps the shape buffer on the stack.
    private const int HighestRank = 16;

    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private bool _metadataSeen;

    public TensorInfo[] Read(ReadOnlySpan<byte> header)
    {
        if (header.IsEmpty || header[0] != (byte)'{')
            throw Refuse("its header does not begin with '{'; the format asks for a JSON object.");
        JsonText.RequireUtf8(file.Path, header);
        try
        {
            var reader = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = Depth });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                ReadEntry(ref reader);
            // After the object the format allows spaces, which the reader skips; it throws on anything else.
            while (reader.Read())
            {
            }
        }
        catch (JsonException error)
        {
            throw JsonText.NotJson(file.Path, error);
        }
        return InOrder();
    }

    private void ReadEntry(ref Utf8JsonReader reader)
    {
        string name = JsonText.Text(file.Path, ref reader);
        if (name == "__metadata__")
        {
            ReadMetadata(ref reader);
            return;
        }
        TensorInfo tensor = ReadTensor(name, ref reader);
        if (!_tensors.TryAdd(name, tensor))
            throw Refuse($"{MessageText.Quote(name)} is in the header twice.");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        const string accepted = "'__metadata__' must be one object of strings.";
        if (_metadataSeen)
            throw Refuse("'__metadata__' is in the header twice; it is accepted once.");
        _metadataSeen = true;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Refuse(accepted);
        var keys = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = JsonText.Text(file.Path, ref reader);
            if (!keys.Add(key))
                throw Refuse($"'__metadata__' holds {MessageText.Quote(key)} twice.");
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw Refuse($"'__metadata__' holds {MessageText.Quote(key)}, which is no string; {accepted}");
        }
    }

    private TensorInfo ReadTensor(string name, ref Utf8JsonReader reader)
    {
        StoredElement? element = null;
        long[]? shape = null;
        long begin = -1, end = -1;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Refuse($"{MessageText.Quote(name)} is no object; a tensor has 'dtype', 'shape' and 'data_offsets'.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = JsonText.Text(file.Path, ref reader);
            if (element is null && key == "dtype")
            {
                element = ReadElement(name, ref reader);
            }
            else if (shape is null && key == "shape")
            {
                shape = ReadNumbers(name, "shape", HighestRank, ref reader);
            }
            else if (begin < 0 && key == "data_offsets")
            {
                long[] offsets = ReadNumbers(name, "data_offsets", 2, ref reader);
                if (offsets.Length != 2)
                    throw Refuse(
                        $"{MessageText.Quote(name)} has {offsets.Length} 'data_offsets'; begin and end are needed.");
                (begin, end) = (offsets[0], offsets[1]);
            }
            else
            {
                throw Refuse($"{MessageText.Quote(name)} has {MessageText.Quote(key)} twice or beside 'dtype', 'shape' "
                    + "and 'data_offsets', which are accepted once each.");
            }
        }
        if (element is null || shape is null || begin < 0)
            throw Refuse($"{MessageText.Quote(name)} lacks one of 'dtype', 'shape' and 'data_offsets'.");
        return Check(name, element.Value, shape, begin, end);
    }

    private TensorInfo Check(string name, StoredElement element, long[] shape, long begin, long end)
    {
        if (begin > end || end > dataLength)
            throw Refuse($"{MessageText.Quote(name)} lies at bytes {begin} to {end}; begin ≤ end ≤ "
                + $"{dataLength}, the bytes after the header, is accepted.");
        long elements = 1, bytes;
        try
        {
            foreach (long dimension in shape)
                elements = checked(elements * dimension);
            bytes = checked(elements * element.Bits) / 8;
        }
        catch (OverflowException error)
        {
            throw new InvalidModelException(file.Path, $"{MessageText.Quote(name)} has the shape "
                + $"{MessageText.Shape(shape)}, whose size in bytes does not fit 63 bits.", error);
        }
        if (elements * element.Bits % 8 != 0 || bytes != end - begin)
            throw Refuse(
                $"{MessageText.Quote(name)} is {element.Name} {MessageText.Shape(shape)}, which takes {bytes} bytes; "
                + $"its offsets give it {end - begin}.");
        return new TensorInfo(name, element, shape, elements, file, dataStart + begin, bytes);
    }

    private StoredElement ReadElement(string name, ref Utf8JsonReader reader)
    {
        reader.Read();
        string text = reader.TokenType == JsonTokenType.String
            ? JsonText.Text(file.Path, ref reader)
            : "(not a string)";
        return StoredElement.TryFind(text, out StoredElement element)
            ? element
            : throw Refuse($"{MessageText.Quote(name)} has the dtype {MessageText.Quote(text)}, which the format does "
                + $"not have; {StoredElement.Readable} are read, and other types of the format are passed over.");
    }

    private long[] ReadNumbers(string name, string key, int most, ref Utf8JsonReader reader)
    {
        Span<long> numbers = stackalloc long[HighestRank];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw Refuse($"{MessageText.Quote(name)} has a '{key}' that is no array.");
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == most)
                throw Refuse($"{MessageText.Quote(name)} has more than {most} numbers in '{key}'.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out numbers[count])
                || numbers[count] < 0)
                throw Refuse(
                    $"{MessageText.Quote(name)} has a '{key}' entry that is no whole number from 0 to 2^63 - 1.");
            count++;
        }
        return numbers[..count].ToArray();
    }

    private TensorInfo[] InOrder()
    {
        TensorInfo[] tensors = [.. _tensors.Values];
        // Empty tensors share their begin with the next one and come before it.
        Array.Sort(tensors, static (a, b) => (a.Offset, a.ByteLength).CompareTo((b.Offset, b.ByteLength)));
        long end = dataStart;
        string before = "the header";
        foreach (TensorInfo tensor in tensors)
        {
            if (tensor.Offset != end)
                throw Refuse(
                    $"{MessageText.Quote(tensor.Name)} begins at byte {tensor.Offset - dataStart}, but {before} ends "
                    + $"at {end - dataStart}; tensors must follow each other without gap or overlap.");
            end += tensor.ByteLength;
            before = MessageText.Quote(tensor.Name);
        }
        if (end - dataStart != dataLength)
            throw Refuse($"{MessageText.Count(dataLength)} bytes follow the header, but {before} ends at "
                + $"{MessageText.Count(end - dataStart)}; bytes that belong to no tensor are not accepted.");
        return tensors;
    }

    private InvalidModelException Refuse(string problem) => new(file.Path, problem);
}
