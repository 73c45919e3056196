using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Records;

/// <summary>
/// Writes records as JSON, by hand: no reflection. <see cref="RecordReader"/> reads them.
/// </summary>
internal static class RecordJson
{
    /// <summary>What says that a file is a record.</summary>
    public const string Schema = "sextant-bench";

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

    /// <inheritdoc cref="RecordReader.Read"/>
    public static BenchRecord Read(string path, Stream stream) => RecordReader.Read(path, stream);

    private static void WriteMachine(Utf8JsonWriter json, BenchRecord record)
    {
        MachineFacts machine = record.Machine;
        json.WriteStartObject("build");
        json.WriteString("version", machine.Version);
        json.WriteString("commit", machine.Commit);
        json.WriteString("runtime", machine.Runtime);
        WriteTexts(json, "settings", machine.Settings);
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
        if (noise.Pinned is { } pinned)
            json.WriteBoolean("pinned", pinned);
        else
            json.WriteNull("pinned");
        if (noise.Chosen is { } chosen)
        {
            json.WriteNumber("processor", chosen.Processor);
            WriteNumber(json, "processor_load", chosen.Load);
        }
        foreach ((Ceiling ceiling, string key, _) in Calibration.All)
            WriteNumbers(json, key, record.Calibration[ceiling]);
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
        if (row.FirstRound is { } firstRound)
            json.WriteNumber("first_round", firstRound);
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
}
