using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant.Measurement.Records;

/// <summary>The code that reads and writes a record, which the compiler generates: no reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, // what is missing, unknown or there twice is refused
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(TextValue), typeof(WholeValue), typeof(CountValue), typeof(NumberValue), typeof(TruthValue),
        typeof(DateValue), typeof(LabelValues), typeof(MetricValues),
    ])]
[JsonSerializable(typeof(BenchRecord))]
internal sealed partial class RecordSchema : JsonSerializerContext;
