using System.Text.Json;

namespace Sextant.Mcp;

/// <summary>The arguments of a call, read by name; what is unknown, missing or of another kind is refused.</summary>
internal sealed class ToolArguments
{
    private readonly IDictionary<string, JsonElement> _values;

    /// <param name="values">As the client sent them.</param>
    /// <param name="accepted">The names that the tool knows.</param>
    /// <exception cref="McpToolException">There is another name.</exception>
    public ToolArguments(IDictionary<string, JsonElement>? values, params string[] accepted)
    {
        _values = values ?? new Dictionary<string, JsonElement>();
        foreach (string name in _values.Keys)
        {
            if (Array.IndexOf(accepted, name) < 0)
            {
                throw new McpToolException(
                    $"there is no argument '{name}'; {string.Join(", ", accepted)} are accepted");
            }
        }
    }

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string name, int maxLength)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? Checked(value, name, maxLength)
            : throw new McpToolException($"'{name}' is no string");
    }

    /// <summary>A text that has to be there.</summary>
    public string RequiredText(string name, int maxLength) =>
        Text(name, maxLength) is { } text && !string.IsNullOrWhiteSpace(text) ? text
            : throw new McpToolException($"'{name}' is needed, and not empty");

    /// <summary>Texts, none of which is empty; none where the argument is not there.</summary>
    public string[] Texts(string name, int maxCount, int maxLength)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw new McpToolException($"'{name}' is no array of strings");
        if (value.GetArrayLength() > maxCount)
            throw new McpToolException($"'{name}' has {value.GetArrayLength()} texts; at most {maxCount} are accepted");
        var texts = new List<string>();
        foreach (JsonElement one in value.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.String)
                throw new McpToolException($"'{name}' is no array of strings");
            texts.Add(Checked(one, name, maxLength) is { Length: > 0 } text ? text
                : throw new McpToolException($"'{name}' has an empty text"));
        }
        return [.. texts];
    }

    /// <summary>A whole number; null where there is none.</summary>
    public int? Number(string name, int least, int most)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least
            && number <= most ? number
            : throw new McpToolException($"'{name}' is no whole number from {least} to {most}");
    }

    /// <summary>One of some words; null where there is none.</summary>
    public string? Choice(string name, params string[] accepted)
    {
        string? value = Text(name, 1000);
        return value is null || Array.IndexOf(accepted, value) >= 0 ? value : throw new McpToolException(
            $"'{name}' is '{value}'; {(accepted.Length == 0 ? "there is none" : string.Join(", ", accepted))}"
            + $"{(accepted.Length == 0 ? "" : " are accepted")}");
    }

    // Null is as good as nothing: some clients send all arguments.
    private JsonElement? Find(string name) =>
        _values.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Checked(JsonElement value, string name, int maxLength)
    {
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            throw new McpToolException($"'{name}' is no Unicode text");
        }
        return text.Length <= maxLength ? text : throw new McpToolException(
            $"'{name}' has {text.Length} characters; at most {maxLength} are accepted");
    }
}
