using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant.Server.Http;

/// <summary>Arrays of strings, arrays and objects, none of which is null.</summary>
internal sealed class Elements : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsSZArray && typeToConvert.GetElementType()!.IsClass;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetElementType()!))!;

    private sealed class Of<T> : JsonConverter<T[]>
        where T : class
    {
        public override T[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new InputFormException("an array is expected");
            var elements = new List<T>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                elements.Add(JsonSerializer.Deserialize<T>(ref reader, options)
                    ?? throw new InputFormException("null stands in an array"));
            }
            return [.. elements];
        }

        public override void Write(Utf8JsonWriter writer, T[] value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (T one in value)
                JsonSerializer.Serialize(writer, one, options);
            writer.WriteEndArray();
        }
    }
}
