using System.Text.Encodings.Web;
using System.Text.Json;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Records;

/// <summary>Writes records as JSON and reads them; <see cref="BenchRecord"/> says what is in them.</summary>
internal static class RecordJson
{
    public static void Write(Stream stream, BenchRecord record)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no HTML around it: '×' stays '×'
        }))
        {
            JsonSerializer.Serialize(json, record, RecordSchema.Default.BenchRecord);
        }
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a record; what is missing, unknown or of another kind is refused by its position.</summary>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="stream">Its bytes.</param>
    /// <exception cref="InvalidRecordException">It is no record, of another version, or not whole.</exception>
    public static BenchRecord Read(string path, Stream stream)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            RequireVersion(path, document.RootElement);
            BenchRecord record = document.RootElement.Deserialize(RecordSchema.Default.BenchRecord)!;
            return Fault(record) is { } fault
                ? throw new InvalidRecordException($"{path}: is no whole bench record: {fault}") : record;
        }
        catch (Exception problem) when (problem is InvalidOperationException
            or JsonException { InnerException: InvalidOperationException })
        {
            throw new InvalidRecordException(
                $"{path}: is no bench record: a text or a name in it is half of a surrogate pair, or not UTF-8.",
                problem);
        }
        catch (JsonException problem) when (problem.Path is { } position)
        {
            string where = position.Length > 2 ? $"'{position[2..]}' " : "";
            throw new InvalidRecordException(
                $"{path}: is no whole bench record: {where}{problem.Message}", problem);
        }
        catch (JsonException problem)
        {
            throw new InvalidRecordException(FormattableString.Invariant(
                $"{path}: is no bench record: no JSON from line {problem.LineNumber + 1} on, or not all of it."),
                problem);
        }
        catch (OverflowException problem)
        {
            throw new InvalidRecordException($"{path}: is too large for a bench record.", problem);
        }
    }

    private static void RequireVersion(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out JsonElement schema)
            || schema.ValueKind != JsonValueKind.String || schema.GetString() != BenchRecord.SchemaName)
        {
            throw new InvalidRecordException(
                $"{path}: is no bench record: \"schema\" is not \"{BenchRecord.SchemaName}\".");
        }
        string version = root.TryGetProperty("version", out JsonElement value) ? value.GetRawText() : "not known";
        if (version != FormattableString.Invariant($"{BenchRecord.SchemaVersion}"))
        {
            throw new InvalidRecordException(FormattableString.Invariant(
                $"{path}: is a record whose version is {version}; ")
                + FormattableString.Invariant($"this program reads version {BenchRecord.SchemaVersion}."));
        }
    }

    // What no type says; null where all is well.
    private static string? Fault(BenchRecord record)
    {
        foreach ((Ceiling ceiling, string name) in Calibration.All)
        {
            if (record.Calibration[ceiling].Exists(value => value <= 0))
                return $"of {name}, 'noise' has a value that is not greater than zero.";
        }
        if (record.Rows.Count == 0)
            return "'rows' is empty.";
        var known = new HashSet<string>();
        foreach (BenchRow row in record.Rows)
        {
            string? fault = !known.Add(row.Id) ? "an earlier row has the same 'id'."
                : row.Samples.Length == 0 || row.Samples.Any(value => !(value > 0))
                    ? "'samples' greater than zero are needed."
                : row.FirstRound > 0 && row.FirstRound + (long)row.Samples.Length > record.Calibration.Rounds
                    ? FormattableString.Invariant(
                        $"'first_round' is {row.FirstRound}, but 'noise' has {record.Calibration.Rounds} rounds.")
                : null;
            if (fault is not null)
                return $"row '{row.Id}': {fault}";
        }
        return null;
    }
}
