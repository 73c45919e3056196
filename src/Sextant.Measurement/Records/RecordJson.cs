using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Records;

/// <summary>
/// Writes and reads records as JSON, by hand: no reflection, and a reader that says what is wrong where.
/// </summary>
internal static class RecordJson
{
    private const string Schema = "sextant-bench";

    public static void Write(Stream stream, BenchRecord record)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no HTML around it: '×' stays '×'
        });
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteNumber("version", BenchRecord.SchemaVersion);
        json.WriteString("engine", record.Engine);
        json.WriteString("command", record.Command);
        json.WriteString("date", record.Date.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        WriteMachine(json, record);
        WriteNoise(json, record);
        json.WriteStartArray("rows");
        foreach (BenchRow row in record.Rows)
            WriteRow(json, row);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a record.</summary>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="stream">Its bytes.</param>
    /// <exception cref="InvalidRecordException">It is no record, or of another version.</exception>
    public static BenchRecord Read(string path, Stream stream)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out JsonElement schema)
                || schema.ValueKind != JsonValueKind.String || schema.GetString() != Schema)
            {
                throw new InvalidRecordException($"{path}: is no bench record: \"schema\" is not \"{Schema}\".");
            }
            int version = root.GetProperty("version").GetInt32();
            if (version != BenchRecord.SchemaVersion)
            {
                throw new InvalidRecordException(string.Create(CultureInfo.InvariantCulture,
                    $"{path}: is a record of version {version}; this program reads version {BenchRecord.SchemaVersion}."));
            }
            return ReadRoot(root);
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new InvalidRecordException($"{path}: is no whole bench record: {problem.Message}", problem);
        }
    }

    private static void WriteMachine(Utf8JsonWriter json, BenchRecord record)
    {
        MachineFacts machine = record.Machine;
        json.WriteStartObject("build");
        json.WriteString("version", machine.Version);
        json.WriteString("commit", machine.Commit);
        json.WriteString("runtime", machine.Runtime);
        json.WriteEndObject();
        json.WriteStartObject("machine");
        json.WriteString("processor", machine.Processor);
        json.WriteNumber("processors", machine.Processors);
        json.WriteStartArray("instruction_sets");
        foreach (string set in machine.InstructionSets)
            json.WriteStringValue(set);
        json.WriteEndArray();
        json.WriteNumber("megahertz", machine.Megahertz);
        json.WriteStartArray("caches");
        foreach (CacheFact cache in machine.Caches)
        {
            json.WriteStartObject();
            json.WriteNumber("level", cache.Level);
            json.WriteNumber("bytes", cache.Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("memory_bytes", machine.MemoryBytes);
        json.WriteString("system", machine.System);
        json.WriteString("device", record.Device);
        json.WriteEndObject();
    }

    private static void WriteNoise(Utf8JsonWriter json, BenchRecord record)
    {
        NoiseReport noise = record.Noise;
        json.WriteStartObject("noise");
        WriteNumber(json, "other_load", noise.OtherLoad);
        WriteNumber(json, "stolen", noise.Stolen);
        WriteNumber(json, "load_before", noise.LoadBefore);
        WriteNumber(json, "clock_spread", noise.ClockSpread);
        json.WriteNumber("throttled", noise.Throttled);
        WriteNumbers(json, "arithmetic_gflops", record.Arithmetic);
        WriteNumbers(json, "reading_gbs", record.Reading);
        WriteNumbers(json, "issuing_gops", record.Issuing);
        WriteTexts(json, "notes", noise.Notes);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, BenchRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("part", row.Part);
        json.WriteStartObject("labels");
        foreach ((string key, string value) in row.Labels)
            json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteString("unit", row.Unit);
        WriteNumber(json, "median", row.Median);
        WriteNumber(json, "p10", row.Low);
        WriteNumber(json, "p90", row.High);
        WriteNumbers(json, "samples", row.Samples);
        json.WriteStartObject("metrics");
        foreach ((string key, double value) in row.Metrics)
            WriteNumber(json, key, value);
        json.WriteEndObject();
        if (row.BitEqual is { } equal)
            json.WriteBoolean("bit_equal", equal);
        json.WriteString("repeat", row.Repeat);
        WriteTexts(json, "notes", row.Notes);
        json.WriteEndObject();
    }

    // JSON has no NaN and no infinity: null says that a value is not known.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        WriteValue(json, value);
    }

    private static void WriteValue(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteRawValue(value.ToString(
                value == Math.Floor(value) && Math.Abs(value) < 1e15 ? "F0" : "G6", CultureInfo.InvariantCulture));
        else
            json.WriteNullValue();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
            WriteValue(json, value);
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static BenchRecord ReadRoot(JsonElement root)
    {
        JsonElement build = root.GetProperty("build"), machine = root.GetProperty("machine"), noise = root.GetProperty(
            "noise");
        return new BenchRecord
        {
            Engine = Text(root, "engine"),
            Command = Text(root, "command"),
            Date = DateTime.Parse(
                Text(root, "date"), CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
            Machine = new MachineFacts
            {
                Version = Text(build, "version"),
                Commit = Text(build, "commit"),
                Runtime = Text(build, "runtime"),
                Processor = Text(machine, "processor"),
                Processors = machine.GetProperty("processors").GetInt32(),
                InstructionSets = Texts(machine, "instruction_sets"),
                Megahertz = Number(machine.GetProperty("megahertz")),
                Caches = [.. machine.GetProperty("caches").EnumerateArray().Select(cache => new CacheFact(
                    cache.GetProperty("level").GetInt32(), cache.GetProperty("bytes").GetInt64()))],
                MemoryBytes = machine.GetProperty("memory_bytes").GetInt64(),
                System = Text(machine, "system"),
            },
            Device = Text(machine, "device"),
            Noise = new NoiseReport(
                Number(noise.GetProperty("other_load")), Number(noise.GetProperty("stolen")),
                Number(noise.GetProperty("load_before")), Number(noise.GetProperty("clock_spread")),
                noise.GetProperty("throttled").GetInt64(), Texts(noise, "notes")),
            Arithmetic = Numbers(noise, "arithmetic_gflops"),
            Reading = Numbers(noise, "reading_gbs"),
            Issuing = noise.TryGetProperty("issuing_gops", out _) ? Numbers(noise, "issuing_gops") : [],
            Rows = [.. root.GetProperty("rows").EnumerateArray().Select(ReadRow)],
        };
    }

    private static BenchRow ReadRow(JsonElement row)
    {
        double[] samples = Numbers(row, "samples");
        if (samples.Length == 0 || samples.Any(value => !(value > 0)))
            throw new FormatException($"row '{Text(row, "id")}' needs samples greater than zero.");
        return new BenchRow
        {
            Id = Text(row, "id"),
            Part = Text(row, "part"),
            Labels = [.. row.GetProperty("labels").EnumerateObject().Select(
                label => KeyValuePair.Create(label.Name, label.Value.GetString() ?? ""))],
            Unit = Text(row, "unit"),
            Samples = samples,
            Metrics = [.. row.GetProperty("metrics").EnumerateObject().Select(
                metric => KeyValuePair.Create(metric.Name, Number(metric.Value)))],
            BitEqual = row.TryGetProperty("bit_equal", out JsonElement equal) ? equal.GetBoolean() : null,
            Repeat = Text(row, "repeat"),
            Notes = Texts(row, "notes"),
        };
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()
        ?? throw new FormatException($"'{name}' is null.");

    private static double Number(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? double.NaN : element.GetDouble();

    private static double[] Numbers(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(Number)];

    private static string[] Texts(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(text => text.GetString() ?? "")];
}
