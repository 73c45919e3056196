using System.Globalization;
using System.Text.Json;

namespace Sextant.Codes;

/// <summary>Ranges as a file of JSON: {"mins":[…],"maxs":[…]}, a number for each dimension in both.</summary>
/// <remarks>Numbers are the shortest that read back to the same binary32. Other keys are refused.</remarks>
internal static class RangesFile
{
    // 65,536 dimensions, two numbers of at most some 20 characters each, with room for white space.
    private const long LongestFile = 16 << 20;

    /// <summary>Reads ranges.</summary>
    /// <exception cref="InvalidRangesException">The file cannot be read, or does not hold ranges.</exception>
    public static CodeRanges Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new InvalidRangesException(path, "is a folder; a file is needed.");
            byte[] json = RegularFile.Read(path, LongestFile, out _)
                ?? throw new InvalidRangesException(path, "is too long to be a file of ranges.");
            return Parse(path, json);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidRangesException(path, $"cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Writes ranges.</summary>
    public static void Write(CodeRanges ranges, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        Write(writer, "mins", ranges.Mins);
        Write(writer, "maxs", ranges.Maxs);
        writer.WriteEndObject();
        writer.Flush();
        stream.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter writer, string name, ReadOnlySpan<float> values)
    {
        writer.WriteStartArray(name);
        foreach (float value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    /// <summary>Reads ranges from a file's bytes; <paramref name="path"/> names it in errors.</summary>
    internal static CodeRanges Parse(string path, ReadOnlySpan<byte> json)
    {
        float[]? mins = null, maxs = null;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 2 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new InvalidRangesException(path, "holds no object; {\"mins\":[…],\"maxs\":[…]} is needed.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("mins"u8) && mins is null)
                    mins = Numbers(path, "mins", ref reader);
                else if (reader.ValueTextEquals("maxs"u8) && maxs is null)
                    maxs = Numbers(path, "maxs", ref reader);
                else
                    throw new InvalidRangesException(path, Unknown(reader.TokenStartIndex));
            }
            reader.Read(); // a second value after the object is an error of its own
        }
        catch (JsonException problem)
        {
            throw new InvalidRangesException(path, $"is not JSON: {problem.Message}", problem);
        }
        if (mins is null || maxs is null)
            throw new InvalidRangesException(path, $"has no '{(mins is null ? "mins" : "maxs")}'; both mins and "
                + $"maxs are needed.");
        try
        {
            return new CodeRanges(mins, maxs);
        }
        catch (ArgumentException problem)
        {
            throw new InvalidRangesException(path, problem.Message, problem);
        }
    }

    private static string Unknown(long position) =>
        string.Create(CultureInfo.InvariantCulture,
            $"has an unknown or second key at byte {position}; mins and maxs, once each, are accepted.");

    private static float[] Numbers(string path, string name, ref Utf8JsonReader reader)
    {
        var numbers = new List<float>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new InvalidRangesException(path, $"'{name}' is no array; a number for each dimension is needed.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetSingle(out float value))
            {
                throw new InvalidRangesException(
                    path, string.Create(CultureInfo.InvariantCulture,
                        $"'{name}' holds no binary32 number at position {numbers.Count}."));
            }
            numbers.Add(value);
        }
        return [.. numbers];
    }
}
