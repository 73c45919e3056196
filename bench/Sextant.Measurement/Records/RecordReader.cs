using System.Globalization;
using System.Text.Json;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Records;

/// <summary>Reads records; what is missing or of another kind is refused by its name and position.</summary>
internal static class RecordReader
{
    /// <summary>Reads a record.</summary>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="stream">Its bytes.</param>
    /// <exception cref="InvalidRecordException">It is no record, of another version, or not whole.</exception>
    public static BenchRecord Read(string path, Stream stream)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out JsonElement schema)
                || schema.ValueKind != JsonValueKind.String || schema.GetString() != RecordJson.Schema)
            {
                throw new InvalidRecordException(
                    $"{path}: is no bench record: \"schema\" is not \"{RecordJson.Schema}\".");
            }
            long version = Whole(root, "version");
            if (version != BenchRecord.SchemaVersion)
            {
                throw new InvalidRecordException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: is a record of version {version}; ")
                    + string.Create(
                        CultureInfo.InvariantCulture, $"this program reads version {BenchRecord.SchemaVersion}."));
            }
            return Root(root);
        }
        catch (JsonException problem)
        {
            throw new InvalidRecordException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: is no bench record: no JSON from line {problem.LineNumber + 1} on, or not all of it."),
                problem);
        }
        catch (InvalidOperationException problem)
        {
            throw new InvalidRecordException(
                $"{path}: is no bench record: a text or a name in it is half of a surrogate pair, or not "
                    + "UTF-8.", problem);
        }
        catch (OverflowException problem)
        {
            throw new InvalidRecordException($"{path}: is too large for a bench record.", problem);
        }
        catch (FormatException problem)
        {
            throw new InvalidRecordException($"{path}: is no whole bench record: {problem.Message}", problem);
        }
    }

    private static BenchRecord Root(JsonElement root)
    {
        JsonElement build = Group(root, "build"), machine = Group(root, "machine"), noise = Group(root, "noise");
        Calibration calibration = Calibrated(noise);
        return new BenchRecord
        {
            Engine = Text(root, "engine"),
            Command = Text(root, "command"),
            Date = Date(root),
            Machine = new MachineFacts
            {
                Version = Text(build, "version"),
                Commit = Text(build, "commit"),
                Runtime = Text(build, "runtime"),
                Settings = build.TryGetProperty("settings", out _) ? Texts(build, "settings") : [],
                Processor = Text(machine, "processor"),
                Processors = Count(machine, "processors"),
                InstructionSets = Texts(machine, "instruction_sets"),
                Megahertz = Number(machine, "megahertz"),
                Caches = [.. List(machine, "caches").Select(
                    cache => new CacheFact(Count(cache, "level"), Whole(cache, "bytes")))],
                MemoryBytes = Whole(machine, "memory_bytes"),
                System = Text(machine, "system"),
            },
            Device = Text(machine, "device"),
            Noise = new NoiseReport(
                Number(noise, "other_load"), Number(noise, "stolen"), Number(noise, "load_before"),
                Number(noise, "clock_spread"), Whole(noise, "throttled"), Texts(noise, "notes"))
            {
                Pinned = noise.TryGetProperty("pinned", out _) ? Truth(noise, "pinned") : null,
                Chosen = noise.TryGetProperty("processor", out _)
                    ? new QuietProcessor(Count(noise, "processor"), Number(noise, "processor_load")) : null,
            },
            Calibration = calibration,
            Rows = Rows(root, calibration),
        };
    }

    // The first two are in every record; later ones may be absent.
    private static Calibration Calibrated(JsonElement noise)
    {
        var calibration = new Calibration();
        foreach ((Ceiling ceiling, string key, _) in Calibration.All)
        {
            if (ceiling is Ceiling.Arithmetic or Ceiling.Reading || noise.TryGetProperty(key, out _))
            {
                double[] values = Numbers(noise, key);
                if (Array.Exists(values, value => value <= 0))
                    throw new FormatException($"'{key}' has a value that is not greater than zero.");
                calibration[ceiling].AddRange(values);
            }
        }
        return calibration;
    }


    private static List<BenchRow> Rows(JsonElement root, Calibration calibration)
    {
        var rows = new List<BenchRow>();
        var known = new HashSet<string>();
        foreach (JsonElement element in List(root, "rows"))
        {
            string position = string.Create(CultureInfo.InvariantCulture, $"row {rows.Count + 1}");
            try
            {
                BenchRow row = Row(element);
                position = $"row '{row.Id}'";
                if (!known.Add(row.Id))
                    throw new FormatException("an earlier row has the same 'id'.");
                if (row.Samples.Length == 0 || row.Samples.Any(value => !(value > 0)))
                    throw new FormatException("'samples' greater than zero are needed.");
                if (row.FirstRound > 0 && row.FirstRound + (long)row.Samples.Length > calibration.Rounds)
                {
                    throw new FormatException(
                        $"'first_round' is {row.FirstRound}, but 'noise' has {calibration.Rounds} rounds.");
                }
                rows.Add(row);
            }
            catch (FormatException problem)
            {
                throw new FormatException($"{position}: {problem.Message}", problem);
            }
        }
        return rows.Count > 0 ? rows : throw new FormatException("'rows' is empty.");
    }

    private static BenchRow Row(JsonElement row) => new()
    {
        Id = Text(row, "id"),
        Part = Text(row, "part"),
        Labels = [.. Group(row, "labels").EnumerateObject().Select(
            label => KeyValuePair.Create(label.Name, AsText(label.Value, $"labels.{label.Name}")))],
        Unit = Text(row, "unit"),
        Samples = Numbers(row, "samples"),
        FirstRound = row.TryGetProperty("first_round", out _) ? Count(row, "first_round") : null,
        Metrics = [.. Group(row, "metrics").EnumerateObject().Select(
            metric => KeyValuePair.Create(metric.Name, AsNumber(metric.Value, $"metrics.{metric.Name}")))],
        BitEqual = row.TryGetProperty("bit_equal", out _) ? Truth(row, "bit_equal") : null,
        Repeat = Text(row, "repeat"),
        Notes = Texts(row, "notes"),
    };

    private static DateTime Date(JsonElement root)
    {
        string text = Text(root, "date");
        return DateTime.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
            out DateTime date)
            ? date : throw new FormatException($"'date' is '{text}'; a time such as 2026-11-21T12:00:00Z is needed.");
    }

    private static JsonElement Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            ? value : throw new FormatException($"'{name}' is missing.");

    private static JsonElement Kind(JsonElement value, string name, JsonValueKind kind, string needed) =>
        value.ValueKind == kind ? value : throw Unlike(value, name, needed);

    private static FormatException Unlike(JsonElement value, string name, string needed)
    {
        string found = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "a group" : value.GetRawText();
        return new FormatException(
            $"'{name}' is {(found.Length > 40 ? found[..40] + "…" : found)}; {needed} is needed.");
    }

    private static JsonElement Group(JsonElement element, string name) =>
        Kind(Get(element, name), name, JsonValueKind.Object, "an object");

    private static JsonElement.ArrayEnumerator List(JsonElement element, string name) =>
        Kind(Get(element, name), name, JsonValueKind.Array, "an array").EnumerateArray();

    private static string Text(JsonElement element, string name) => AsText(Get(element, name), name);

    private static string AsText(JsonElement value, string name) =>
        Kind(value, name, JsonValueKind.String, "a text").GetString()!;

    private static string[] Texts(JsonElement element, string name) =>
        [.. List(element, name).Select(text => AsText(text, name))];

    private static long Whole(JsonElement element, string name)
    {
        JsonElement value = Get(element, name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number : throw Unlike(value, name, "a whole number");
    }

    private static int Count(JsonElement element, string name) =>
        Whole(element, name) is >= 0 and <= int.MaxValue and var count
        ? (int)count : throw Unlike(Get(element, name), name, "a whole number from 0 on");

    private static double Number(JsonElement element, string name) => AsNumber(Get(element, name), name);

    // Null says that a value is not known.
    private static double AsNumber(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Null ? double.NaN
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number
        : throw Unlike(value, name, "a number or null");

    private static double[] Numbers(JsonElement element, string name) =>
        [.. List(element, name).Select(value => AsNumber(value, name))];

    private static bool? Truth(JsonElement element, string name) => Get(element, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Null } => null,
        var value => throw Unlike(value, name, "true, false or null"),
    };
}
