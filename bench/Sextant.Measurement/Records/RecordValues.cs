using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant.Measurement.Records;

/// <summary>A value of a record: where another is found, the message says which, and what is needed.</summary>
internal abstract class RecordValue<T>(string needed) : JsonConverter<T>
{
    public sealed override bool HandleNull => true;

    public sealed override T? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        TryRead(ref reader, out T? value)
            ? value : throw new JsonException($"is {Found(ref reader)}; {needed} is needed");

    protected abstract bool TryRead(ref Utf8JsonReader reader, out T? value);

    private static string Found(ref Utf8JsonReader reader)
    {
        string text = reader.TokenType switch
        {
            JsonTokenType.StartObject or JsonTokenType.StartArray => "a group",
            JsonTokenType.String => $"\"{reader.GetString()}\"",
            _ => Encoding.UTF8.GetString(reader.ValueSpan),
        };
        return text.Length > 40 ? text[..40] + "…" : text;
    }
}

internal sealed class TextValue() : RecordValue<string>("a text")
{
    protected override bool TryRead(ref Utf8JsonReader reader, out string? value)
    {
        value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return value is not null;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}

internal sealed class WholeValue() : RecordValue<long>("a whole number")
{
    protected override bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value);
}

internal sealed class CountValue() : RecordValue<int>("a whole number from 0 on")
{
    protected override bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value) && value >= 0;
    }

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value);
}

/// <summary>Six digits; JSON has no NaN and no infinity: null says that a value is not known.</summary>
internal sealed class NumberValue() : RecordValue<double>("a number or null")
{
    protected override bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = double.NaN;
        return reader.TokenType == JsonTokenType.Null
            || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value));
    }

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteRawValue(value.ToString(
                value == Math.Floor(value) && Math.Abs(value) < 1e15 ? "F0" : "G6", CultureInfo.InvariantCulture));
        else
            writer.WriteNullValue();
    }
}

internal sealed class TruthValue() : RecordValue<bool?>("true, false or null")
{
    protected override bool TryRead(ref Utf8JsonReader reader, out bool? value)
    {
        value = reader.TokenType == JsonTokenType.Null ? null : reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null;
    }

    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options)
    {
        if (value is { } truth)
            writer.WriteBooleanValue(truth);
        else
            writer.WriteNullValue();
    }
}

internal sealed class DateValue() : RecordValue<DateTime>("a time such as 2026-11-21T12:00:00Z")
{
    protected override bool TryRead(ref Utf8JsonReader reader, out DateTime value)
    {
        value = default;
        return reader.TokenType == JsonTokenType.String && DateTime.TryParse(
            reader.GetString(), CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out value);
    }

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}

internal sealed class LabelValues() : NamedValues<string>(new TextValue());

internal sealed class MetricValues() : NamedValues<double>(new NumberValue());

/// <summary>Labels and metrics: an object whose names are data, in their order.</summary>
internal abstract class NamedValues<T>(JsonConverter<T> values) : JsonConverter<IReadOnlyList<KeyValuePair<string, T>>>
{
    public sealed override IReadOnlyList<KeyValuePair<string, T>> Read(
        ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("is no object");
        var all = new List<KeyValuePair<string, T>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            reader.Read();
            try
            {
                all.Add(KeyValuePair.Create(name, values.Read(ref reader, typeof(T), options)!));
            }
            catch (JsonException problem)
            {
                throw new JsonException($"has a '{name}' that {problem.Message}", problem);
            }
            if (all.FindIndex(one => one.Key == name) < all.Count - 1)
                throw new JsonException($"has two of '{name}'");
        }
        return all;
    }

    public sealed override void Write(
        Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, T>> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, T one) in value)
        {
            writer.WritePropertyName(name);
            values.Write(writer, one, options);
        }
        writer.WriteEndObject();
    }
}
