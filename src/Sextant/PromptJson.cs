using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant;

/// <summary>A prompt as JSON: {"kind":"default"}, query, document, or name and text with their "value".</summary>
internal sealed class PromptJson : JsonConverter<Prompt>
{
    private static readonly (PromptKind Kind, string Word)[] s_words =
    [
        (PromptKind.Default, "default"), (PromptKind.Query, "query"), (PromptKind.Document, "document"),
        (PromptKind.Name, "name"), (PromptKind.Text, "text"),
    ];

    public override Prompt Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A prompt is an object with a 'kind'.");
        string? kind = null, value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String || name is not ("kind" or "value"))
                throw new JsonException($"A prompt has a 'kind' and a 'value', which are strings; '{name}' is there.");
            _ = name == "kind" ? kind = reader.GetString() : value = reader.GetString();
        }
        return (kind, value) switch
        {
            ("default", null) => Prompt.Default,
            ("query", null) => Prompt.Query,
            ("document", null) => Prompt.Document,
            ("name", { } name) => Prompt.Named(name),
            ("text", { } text) => Prompt.Text(text),
            _ => throw new JsonException(
                $"A prompt's 'kind' is '{kind}', {(value is null ? "without" : "with")} a 'value'; accepted: default, "
                + "query and document without, name and text with one."),
        };
    }

    public override void Write(Utf8JsonWriter writer, Prompt value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, Array.Find(s_words, one => one.Kind == value.Kind).Word);
        if (value.Value is { } text)
            writer.WriteString("value"u8, text);
        writer.WriteEndObject();
    }
}
