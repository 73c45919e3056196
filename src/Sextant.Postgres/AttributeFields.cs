using System.Globalization;
using System.Text.Json;
using Sextant.Indexes;

namespace Sextant.Postgres;

/// <summary>Attributes as jsonb, whose kinds the index knows.</summary>
/// <remarks>
/// Texts, whole numbers, true and false, and lists are JSON's. So are numbers, in digits from which the same one is
/// read, all of them from 2⁵³: so the server's numeric compares them as their values do. What JSON or numeric has not
/// (NaN, infinities, a negative zero) is a text of its own: "NaN", "Infinity", "-Infinity", "-0".
/// </remarks>
internal static class AttributeFields
{
    private const double TwoTo53 = 9007199254740992.0;

    /// <summary>{name: value}.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<IndexAttribute> attributes) => JsonFields.Write(json =>
    {
        foreach (IndexAttribute one in attributes)
        {
            json.WritePropertyName(one.Name);
            switch (one.Kind)
            {
                case AttributeKind.Text:
                    json.WriteStringValue(one.Text);
                    break;
                case AttributeKind.Integer:
                    json.WriteNumberValue(one.Number);
                    break;
                case AttributeKind.Double:
                    Write(json, one.Real);
                    break;
                case AttributeKind.Boolean:
                    json.WriteBooleanValue(one.Bits != 0);
                    break;
                default:
                    WriteList(json, one);
                    break;
            }
        }
    });

    /// <summary>Attributes; null where a value is none of its kind, or the kind is not known.</summary>
    public static IReadOnlyList<IndexAttribute>? Read(string text, IReadOnlyDictionary<string, AttributeKind> kinds)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        var attributes = new List<IndexAttribute>();
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        foreach (JsonProperty one in json.RootElement.EnumerateObject())
        {
            if (!kinds.TryGetValue(one.Name, out AttributeKind kind) || Read(one.Name, one.Value, kind) is not { } read)
                return null;
            attributes.Add(read);
        }
        return attributes;
    }

    /// <summary>A number as the server's numeric reads it.</summary>
    public static string Text(double number) => number switch
    {
        0 => double.IsNegative(number) ? "-0" : "0",
        _ when double.IsNaN(number) => "NaN",
        _ when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
        _ => number.ToString(Math.Abs(number) < TwoTo53 ? "R" : "F0", CultureInfo.InvariantCulture),
    };

    /// <summary>An attribute of a kind, for rules that learn from it.</summary>
    public static IndexAttribute Example(string name, AttributeKind kind) => kind switch
    {
        AttributeKind.Text => new IndexAttribute(name, ""),
        AttributeKind.Integer => new IndexAttribute(name, 0L),
        AttributeKind.Double => new IndexAttribute(name, 0.0),
        AttributeKind.Boolean => new IndexAttribute(name, false),
        AttributeKind.Texts => new IndexAttribute(name, Array.Empty<string>()),
        AttributeKind.Integers => new IndexAttribute(name, Array.Empty<long>()),
        _ => new IndexAttribute(name, Array.Empty<double>()),
    };

    /// <summary>Whether there is a NUL in it, which the server cannot keep.</summary>
    public static bool HasNul(in IndexAttribute attribute)
    {
        bool hasNul = attribute.Name.Contains('\0') || attribute.Text?.Contains('\0') == true;
        if (attribute.Kind == AttributeKind.Texts)
        {
            foreach (string text in attribute.Texts)
                hasNul |= text.Contains('\0');
        }
        return hasNul;
    }

    private static void WriteList(Utf8JsonWriter json, in IndexAttribute attribute)
    {
        json.WriteStartArray();
        if (attribute.Kind == AttributeKind.Texts)
        {
            foreach (string text in attribute.Texts)
                json.WriteStringValue(text);
        }
        else if (attribute.Kind == AttributeKind.Integers)
        {
            foreach (long number in attribute.Integers)
                json.WriteNumberValue(number);
        }
        else
        {
            foreach (double number in attribute.Doubles)
                Write(json, number);
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number) && (number != 0 || !double.IsNegative(number)))
            json.WriteRawValue(Text(number));
        else
            json.WriteStringValue(Text(number));
    }

    private static IndexAttribute? Read(string name, JsonElement value, AttributeKind kind)
    {
        if (name.Length == 0 || kind.IsList() != (value.ValueKind == JsonValueKind.Array))
            return null;
        switch (kind)
        {
            case AttributeKind.Text:
                return value.ValueKind == JsonValueKind.String ? new IndexAttribute(name, value.GetString()!) : null;
            case AttributeKind.Integer:
                return Whole(value) is { } whole and not long.MinValue ? new IndexAttribute(name, whole) : null;
            case AttributeKind.Double:
                return Real(value) is { } real ? new IndexAttribute(name, real) : null;
            case AttributeKind.Boolean:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? new IndexAttribute(name, value.GetBoolean()) : null;
        }
        JsonElement[] all = [.. value.EnumerateArray()];
        if (kind == AttributeKind.Texts)
        {
            return Array.TrueForAll(all, one => one.ValueKind == JsonValueKind.String)
                ? new IndexAttribute(name, all.Select(one => one.GetString()!)) : null;
        }
        if (kind == AttributeKind.Integers)
        {
            return Array.TrueForAll(all, one => Whole(one) is not null)
                ? new IndexAttribute(name, all.Select(one => Whole(one)!.Value)) : null;
        }
        return Array.TrueForAll(all, one => Real(one) is not null)
            ? new IndexAttribute(name, all.Select(one => Real(one)!.Value)) : null;
    }

    private static long? Whole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static double? Real(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out double number) => number,
        JsonValueKind.String => value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "-0" => -0.0,
            _ => null,
        },
        _ => null,
    };
}
