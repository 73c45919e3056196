using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// The fields of one component of a tokenizer.json; every refusal names file, path, what was found and what is
/// accepted.
/// </summary>
/// <remarks>Plain arrays: a dictionary of elements would have to be compiled in every cold process.</remarks>
internal sealed class ComponentFields
{
    private const int FieldLimit = 1000;

    private readonly string _path;
    private readonly string[] _names;
    private readonly JsonElement[] _values;

    private ComponentFields(
        string file, string path, string[] names, JsonElement[] values, TokenizerReading reading) =>
        (File, _path, _names, _values, Reading) = (file, path, names, values, reading);

    internal string File { get; }

    /// <summary>What the components of the file share.</summary>
    internal TokenizerReading Reading { get; }

    /// <summary>The names of the fields, in the file's order.</summary>
    internal ReadOnlySpan<string> Names => _names;

    /// <summary>Where the component stands in the file.</summary>
    internal string Path => NameOf(_path);

    /// <summary>Notes fields other than these and "type", which the reference passes over as well.</summary>
    internal void Expect(params string[] names)
    {
        foreach (string name in _names)
        {
            if (name != "type" && Array.IndexOf(names, name) < 0)
                Reading.Note($"tokenizer.json: '{Join(Short(name))}' was not used.");
        }
    }

    /// <summary>Refuses fields other than these and "type", where the reference does too.</summary>
    internal void AllowOnly(params string[] names)
    {
        foreach (string name in _names)
        {
            if (name != "type" && Array.IndexOf(names, name) < 0)
            {
                string accepted = names.Length == 0 ? "no field but type" : "type, " + string.Join(", ", names);
                throw new InvalidModelException(
                    File, $"'{Path}' has the unknown field '{Short(name)}'; accepted: {accepted}.");
            }
        }
    }

    /// <summary>The fields of an object; refuses anything else, and a field that is there twice.</summary>
    internal static ComponentFields Of(string file, string path, JsonElement element, TokenizerReading? reading = null)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidModelException(file, $"'{NameOf(path)}' is {Describe(element)}; accepted: an object.");
        int count = 0;
        foreach (JsonProperty _ in element.EnumerateObject())
            count++;
        var (names, values) = (new string[count], new JsonElement[count]);
        count = 0;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (count >= FieldLimit || Array.IndexOf(names, property.Name, 0, count) >= 0)
            {
                throw new InvalidModelException(file, $"'{path}' has the field '{Short(property.Name)}' twice, "
                    + $"or more than {FieldLimit} fields.");
            }
            (names[count], values[count++]) = (property.Name, property.Value);
        }
        return new ComponentFields(file, path, names, values, reading ?? new TokenizerReading());
    }

    internal bool Has(string name) => TryGet(name, out _);

    /// <summary>Whether the component is of this type.</summary>
    internal bool Is(string type) => Text("type") == type;

    internal string Text(string name) => Element(name, JsonValueKind.String, "a text").GetString()!;

    /// <summary>A text of one code point.</summary>
    internal int CodePoint(string name)
    {
        string text = Text(name);
        int end = 0;
        int codePoint = text.Length == 0 ? 0 : CodePoints.Next(text, ref end);
        return end > 0 && end == text.Length
            ? codePoint
            : throw Refusal(name, $"'{Short(text)}'", "one code point");
    }

    internal bool Flag(string name) => OptionalFlag(name) ?? throw Refusal(name, "missing or null", "true or false");

    internal bool? OptionalFlag(string name)
    {
        if (!TryGet(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
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
        if (!TryGet(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number))
            return (int)Math.Min(number, int.MaxValue);
        throw Refusal(name, Describe(value), "a whole number from 0 on");
    }

    internal JsonElement Element(string name, JsonValueKind kind, string accepted)
    {
        if (!TryGet(name, out JsonElement value))
            throw Refusal(name, "missing", accepted);
        return value.ValueKind == kind ? value : throw Refusal(name, Describe(value), accepted);
    }

    /// <summary>The value of a field, or null where it is missing or null.</summary>
    internal JsonElement? Optional(string name) =>
        TryGet(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal ComponentFields Inner(JsonElement inner, string name) => Of(File, Join(Short(name)), inner, Reading);

    internal InvalidModelException Refusal(string name, string found, string accepted) =>
        new(File, $"'{Join(name)}' is {found}; accepted: {accepted}.");

    /// <summary>A value as it goes into a message: short, whatever the file holds.</summary>
    internal static string Describe(JsonElement value) => Short(value.GetRawText());

    internal static string Short(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";

    private static string NameOf(string path) => path.Length == 0 ? "the file" : path;

    private string Join(string name)
    {
        if (name.Length == 0)
            return Path;
        return _path.Length == 0 ? name : $"{_path}.{name}";
    }

    private bool TryGet(string name, out JsonElement value)
    {
        int index = Array.IndexOf(_names, name);
        value = index < 0 ? default : _values[index];
        return index >= 0;
    }
}
