using System.Text.Json;

namespace Sextant.Weights;

/// <summary>A JSON object file such as config.json, read key by key; every key that nobody read can be shown.</summary>
/// <remarks>
/// A null counts as absent, as the Python libraries that write these files mean it. Numbers must be numbers: "12" in
/// quotes is refused. Not for several threads at once.
/// </remarks>
internal sealed class ConfigFile
{
    private readonly JsonElement _object;
    private readonly string _prefix;

    // Shared with the inner objects that were taken out: paths that were read, and paths that were opened as objects.
    private readonly HashSet<string> _read;
    private readonly HashSet<string> _opened;

    private ConfigFile(string file, JsonElement json, string prefix, HashSet<string> read, HashSet<string> opened)
    {
        File = file;
        _object = json;
        _prefix = prefix;
        _read = read;
        _opened = opened;
    }

    /// <summary>The file that was read.</summary>
    public string File { get; }

    /// <summary>Reads a file that must be there.</summary>
    /// <exception cref="InvalidModelException">It is missing, too long, no valid JSON, or no object.</exception>
    public static ConfigFile Read(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return new ConfigFile(file, RequireObject(file, JsonText.Parse(file, JsonText.Read(file))), "", [], []);
    }

    /// <summary>Reads a file that may be absent; null where it is.</summary>
    /// <exception cref="InvalidModelException">It is there, but too long, no valid JSON, or no object.</exception>
    public static ConfigFile? ReadIfPresent(string file) => System.IO.File.Exists(file) ? Read(file) : null;

    /// <summary>The same for a file that Python wrote, whose numbers may be Infinity.</summary>
    internal static ConfigFile? ReadPythonIfPresent(string file)
    {
        if (!System.IO.File.Exists(file))
            return null;
        byte[] json = PythonJson.WithNumbers(JsonText.Read(file));
        return new ConfigFile(file, RequireObject(file, JsonText.Parse(file, json)), "", [], []);
    }

    /// <summary>
    /// An object inside a file whose root is no object; <paramref name="prefix"/> names it in messages.
    /// </summary>
    internal static ConfigFile FromElement(string file, JsonElement json, string prefix) =>
        new(file, RequireObject(file, json), prefix, [], []);

    /// <summary>
    /// The keys that were not asked for, in the file's order; those of a read inner object as "outer.inner".
    /// </summary>
    public IReadOnlyList<string> UnreadKeys
    {
        get
        {
            var unread = new List<string>();
            AddUnread(unread, _object, _prefix);
            return unread;
        }
    }

    /// <summary>True where the key is there and not null. Asking counts as reading.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>True where the key is there and null.</summary>
    internal bool IsNull(string key) =>
        _object.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>Counts keys as read whose values change nothing here, such as those of training.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            _read.Add(_prefix + key);
    }

    /// <summary>A whole number that must be there.</summary>
    public int Int(string key, int smallest, int largest) =>
        OptionalInt(key, smallest, largest) ?? throw Missing(key, WholeNumber(smallest, largest));

    /// <summary>A whole number, or null where the key is absent.</summary>
    public int? OptionalInt(string key, int smallest, int largest)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            && number >= smallest && number <= largest)
            return number;
        throw Wrong(key, value, WholeNumber(smallest, largest));
    }

    /// <summary>A finite number that must be there.</summary>
    public double Double(string key, double smallest, double largest) =>
        OptionalDouble(key, smallest, largest) ?? throw Missing(key, RealNumber(smallest, largest));

    /// <summary>A finite number, or null where the key is absent.</summary>
    public double? OptionalDouble(string key, double smallest, double largest)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && double.IsFinite(number) && number >= smallest && number <= largest)
            return number;
        throw Wrong(key, value, RealNumber(smallest, largest));
    }

    /// <summary>A number, infinite ones included, or null where the key is absent.</summary>
    internal double? OptionalNumber(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number) => number,
        { } value => throw Wrong(key, value, "a number"),
    };

    /// <summary>A number that must be there, rounded to F32.</summary>
    public float Float(string key, float smallest, float largest) => (float)Double(key, smallest, largest);

    /// <summary>A number rounded to F32, or null where the key is absent.</summary>
    public float? OptionalFloat(string key, float smallest, float largest) =>
        (float?)OptionalDouble(key, smallest, largest);

    /// <summary>true or false; must be there.</summary>
    public bool Bool(string key) => OptionalBool(key) ?? throw Missing(key, "true or false");

    /// <summary>true or false, or null where the key is absent.</summary>
    public bool? OptionalBool(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(key, value, "true or false"),
    };

    /// <summary>A string that must be there.</summary>
    public string String(string key) => OptionalString(key) ?? throw Missing(key, "a string");

    /// <summary>A string, or null where the key is absent.</summary>
    public string? OptionalString(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Wrong(key, value, "a string"),
    };

    /// <summary>One of the accepted strings; must be there.</summary>
    public string OneOf(string key, params ReadOnlySpan<string> accepted) =>
        OptionalOneOf(key, accepted) ?? throw Missing(key, MessageText.Words(accepted));

    /// <summary>One of the accepted strings, or null where the key is absent.</summary>
    public string? OptionalOneOf(string key, params ReadOnlySpan<string> accepted)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && accepted.Contains(value.GetString()!))
            return value.GetString();
        throw Wrong(key, value, MessageText.Words(accepted));
    }

    /// <summary>An array of whole numbers, or null where the key is absent.</summary>
    public int[]? OptionalInts(string key, int smallest, int largest)
    {
        if (Find(key) is not { } value)
            return null;
        string accepted = "an array of whole numbers from " + MessageText.Number(smallest) + " to "
            + MessageText.Number(largest);
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(key, value, accepted);
        int[] numbers = new int[value.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out int number)
                || number < smallest || number > largest)
                throw Wrong(key, item, accepted);
            numbers[count++] = number;
        }
        return numbers;
    }

    /// <summary>An array of strings, or null where the key is absent.</summary>
    public string[]? OptionalStrings(string key)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(key, value, "an array of strings");
        string[] strings = new string[value.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                throw Wrong(key, item, "an array of strings");
            strings[count++] = item.GetString()!;
        }
        return strings;
    }

    /// <summary>
    /// An inner object, or null where the key is absent. Its unread keys are reported by this one too.
    /// </summary>
    public ConfigFile? OptionalObject(string key)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(key, value, "an object");
        _opened.Add(_prefix + key);
        return new ConfigFile(File, value, _prefix + key + ".", _read, _opened);
    }

    /// <summary>The keys of this object, in the file's order.</summary>
    internal IReadOnlyList<string> InnerKeys => [.. _object.EnumerateObject().Select(property => property.Name)];

    /// <summary>The error for a key, by its whole path, that may change something nobody here knows of.</summary>
    internal InvalidModelException RefuseUnknown(string path) =>
        new(File, $"{MessageText.Quote(path)} is not known here, and what it changes is not either.");

    /// <summary>True where the key holds an object with a key <paramref name="inner"/>; does not open it.</summary>
    internal bool HasInner(string key, string inner) =>
        Find(key) is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(inner, out _);

    /// <summary>True where both keys are there with equal values. Asking counts as reading.</summary>
    internal bool AreEqual(string key, string other) =>
        Find(key) is { } value && Find(other) is { } otherValue && JsonElement.DeepEquals(value, otherValue);

    /// <summary>The value of a key as it stands in the file, for keys that nobody reads.</summary>
    internal JsonElement? Raw(string key) =>
        _object.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>True where the key holds a string, for keys that take several types.</summary>
    internal bool IsString(string key) => Find(key) is { ValueKind: JsonValueKind.String };

    /// <summary>The error for a key's value that was readable but does not fit the rest of the model.</summary>
    public InvalidModelException Refuse(string key, string accepted)
    {
        if (Find(key) is { } value)
            return Wrong(key, value, accepted);
        return Missing(key, accepted);
    }

    /// <summary>Keys and strings of an object of strings, in the file's order; empty where the key is absent.</summary>
    internal List<KeyValuePair<string, string>> OptionalStringMap(string key)
    {
        List<KeyValuePair<string, string>> strings = [];
        if (Find(key) is not { } value)
            return strings;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(key, value, "an object of strings");
        foreach (JsonProperty item in value.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                throw Wrong(key + "." + item.Name, item.Value, "a string");
            strings.Add(new(item.Name, item.Value.GetString()!));
        }
        return strings;
    }

    private JsonElement? Find(string key)
    {
        _read.Add(_prefix + key);
        bool found = _object.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
        return found ? value : null;
    }

    private void AddUnread(List<string> unread, JsonElement json, string prefix)
    {
        foreach (JsonProperty property in json.EnumerateObject())
        {
            string path = prefix + property.Name;
            if (!_read.Contains(path))
                unread.Add(path);
            else if (_opened.Contains(path))
                AddUnread(unread, property.Value, path + ".");
        }
    }

    private InvalidModelException Missing(string key, string accepted) =>
        new(File, $"{MessageText.Quote(_prefix + key)} is missing; needed: {accepted}.");

    private InvalidModelException Wrong(string key, JsonElement value, string accepted) =>
        new(File, $"{MessageText.Quote(_prefix + key)} is {Describe(value)}; accepted: {accepted}.");

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => MessageText.Quote(value.GetString()),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => MessageText.Quote(value.GetRawText()).Trim('\''),
        _ => value.GetRawText(),
    };

    private static string WholeNumber(int smallest, int largest) => largest == int.MaxValue
        ? "a whole number from " + MessageText.Number(smallest)
        : "a whole number from " + MessageText.Number(smallest) + " to " + MessageText.Number(largest);

    private static string RealNumber(double smallest, double largest) =>
        "a number from " + MessageText.Number(smallest) + " to " + MessageText.Number(largest);

    private static JsonElement RequireObject(string file, JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? json
        : throw new InvalidModelException(file, $"holds {Describe(json)}; a JSON object is accepted.");
}
