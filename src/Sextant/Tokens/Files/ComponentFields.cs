using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>The fields of one component of a tokenizer.json; every refusal names file, path, what was found and what is accepted.</summary>
internal sealed class ComponentFields(string file, string path, Dictionary<string, JsonElement> fields)
{
    internal string File => file;

    internal string Path => path;

    /// <summary>Refuses fields other than these and "type": a field we do not know may change what the others mean.</summary>
    internal void Allow(params ReadOnlySpan<string> names)
    {
        foreach (string name in fields.Keys)
        {
            if (name != "type" && !names.Contains(name))
            {
                string accepted = names.Length == 0 ? "no field but type" : "type, " + string.Join(", ", names!);
                throw new InvalidModelException(file, $"'{path}' has the unknown field '{Short(name)}'; accepted: {accepted}.");
            }
        }
    }

    /// <summary>The fields of an object; refuses anything else, and a field that is there twice.</summary>
    internal static ComponentFields Of(string file, string path, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidModelException(file, $"'{path}' is {Describe(element)}; accepted: an object.");
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!fields.TryAdd(property.Name, property.Value))
                throw new InvalidModelException(file, $"'{path}' has the field '{Short(property.Name)}' twice.");
        }
        return new ComponentFields(file, path, fields);
    }

    internal bool Has(string name) => fields.ContainsKey(name);

    internal string Text(string name) => Element(name, JsonValueKind.String, "a text").GetString()!;

    internal bool Flag(string name) => OptionalFlag(name) ?? throw Refusal(name, "missing or null", "true or false");

    internal bool? OptionalFlag(string name)
    {
        if (!fields.TryGetValue(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Refusal(name, Describe(value), "true or false"),
        };
    }

    /// <summary>A whole number from 0 on; beyond the range of int it is int's largest.</summary>
    internal int Count(string name) =>
        OptionalCount(name) ?? throw Refusal(name, "missing or null", "a whole number from 0 on");

    internal int? OptionalCount(string name)
    {
        if (!fields.TryGetValue(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number))
            return (int)Math.Min(number, int.MaxValue);
        throw Refusal(name, Describe(value), "a whole number from 0 on");
    }

    internal JsonElement Element(string name, JsonValueKind kind, string accepted)
    {
        if (!fields.TryGetValue(name, out JsonElement value))
            throw Refusal(name, "missing", accepted);
        return value.ValueKind == kind ? value : throw Refusal(name, Describe(value), accepted);
    }

    /// <summary>The value of a field, or null where it is missing or null.</summary>
    internal JsonElement? Optional(string name) =>
        fields.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal ComponentFields Inner(JsonElement inner, string name) => Of(file, $"{path}.{Short(name)}", inner);

    internal InvalidModelException Refusal(string name, string found, string accepted) =>
        new(file, $"'{(name.Length == 0 ? path : $"{path}.{name}")}' is {found}; accepted: {accepted}.");

    /// <summary>A value as it goes into a message: short, whatever the file holds.</summary>
    internal static string Describe(JsonElement value) => Short(value.GetRawText());

    internal static string Short(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";
}
