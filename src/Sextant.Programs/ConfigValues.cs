using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Programs;

/// <summary>What JSON files say, whatever their white space, order of keys and spelling of numbers.</summary>
internal static class ConfigValues
{
    // Who wrote a file, and where it came from.
    private static readonly HashSet<string> s_origins = new(StringComparer.Ordinal)
    {
        "transformers_version", "_name_or_path", "name_or_path", "__version__", "torch_dtype", "dtype", "tokenizer_file",
        "special_tokens_map_file", "model_card_data",
    };

    /// <summary>Every value of a file as a line "file: key=value", but for those that nothing read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What lines call it.</param>
    /// <param name="unread">Keys that were not read, as the model's card notes them.</param>
    public static IEnumerable<string> Lines(string file, string name, IReadOnlySet<string> unread)
    {
        var lines = new List<string>();
        Add(JsonText.Parse(file, JsonText.Read(file)), "");
        return lines;

        void Add(JsonElement value, string path)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (JsonProperty one in value.EnumerateObject())
                    {
                        string inner = path.Length == 0 ? one.Name : $"{path}.{one.Name}";
                        if (!s_origins.Contains(one.Name) && !unread.Contains(inner))
                            Add(one.Value, inner);
                    }
                    break;
                case JsonValueKind.Array:
                    int number = 0;
                    foreach (JsonElement one in value.EnumerateArray())
                        Add(one, string.Create(CultureInfo.InvariantCulture, $"{path}[{number++}]"));
                    break;
                case JsonValueKind.Number when value.TryGetDouble(out double real):
                    lines.Add($"{name}: {path}={real.ToString("R", CultureInfo.InvariantCulture)}");
                    break;
                default:
                    lines.Add($"{name}: {path}={value.GetRawText()}");
                    break;
            }
        }
    }

    /// <summary>Adds a file's values to a hash, in their order: for files of many values.</summary>
    public static void AddTo(IncrementalHash hash, string file)
    {
        byte[] bytes = JsonText.Read(file, int.MaxValue);
        var reader = new Utf8JsonReader(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes);
        byte[] text = new byte[1024];
        try
        {
            while (reader.Read())
            {
                hash.AppendData([(byte)reader.TokenType]);
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                {
                    hash.AppendData(reader.ValueSpan);
                    continue;
                }
                if (text.Length < reader.ValueSpan.Length)
                    text = new byte[reader.ValueSpan.Length];
                hash.AppendData(text, 0, reader.CopyString(text));
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            hash.AppendData(bytes); // read all the same, by whatever rule: then its bytes are what there is to compare
        }
    }
}
