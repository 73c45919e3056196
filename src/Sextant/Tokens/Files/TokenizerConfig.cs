using System.Globalization;
using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// tokenizer_config.json, and the older special_tokens_map.json and added_tokens.json: what transformers puts on top of
/// tokenizer.json or vocab.txt.
/// </summary>
/// <remarks>Facts from transformers 4.57 and 5 (tokenization_utils_base.py and the classes' tokenizers).</remarks>
internal sealed class TokenizerConfig
{
    private const string Name = "tokenizer_config.json";

    // In transformers' order.
    private static readonly string[] s_namedTokens =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly ComponentFields? _fields;
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    private TokenizerConfig(ComponentFields? fields) => _fields = fields;

    /// <summary>Whether there is a tokenizer_config.json.</summary>
    internal bool IsThere => _fields is not null;

    /// <summary>tokenizer_class without the ending Fast, which changes nothing; empty where it is not said.</summary>
    internal string Class { get; private init; } = "";

    /// <summary>Tokens to add, in the order in which transformers adds them.</summary>
    internal List<AddedTokenFlags> Added { get; } = [];

    /// <summary>The tokens with a role of their own, such as cls_token, and additional special tokens.</summary>
    internal List<AddedTokenFlags> Named { get; } = [];

    /// <summary>Reads the files of a folder; those that are absent say nothing.</summary>
    internal static TokenizerConfig Read(string folder)
    {
        ComponentFields? fields = ReadObject(Path.Combine(folder, Name));
        string className = fields is null ? "" : OptionalText(fields, "tokenizer_class") ?? "";
        var config = new TokenizerConfig(fields)
        {
            Class = className.EndsWith("Fast", StringComparison.Ordinal) ? className[..^4] : className,
        };
        if (fields is not null)
            config.ReadNamed(fields);
        if (fields?.Optional("added_tokens_decoder") is JsonElement decoder)
        {
            config.ReadDecoder(fields, decoder);
            return config;
        }
        // What versions before added_tokens_decoder wrote instead.
        if (ReadObject(Path.Combine(folder, "special_tokens_map.json")) is { } map)
            config.ReadNamed(map);
        string added = Path.Combine(folder, "added_tokens.json");
        if (ReadJson(added) is JsonElement encoder)
            config.ReadEncoder(added, encoder);
        return config;
    }

    internal bool? Flag(string name) => _fields?.OptionalFlag(name);

    internal string? Text(string name) => _fields is null ? null : Token(_fields, name)?.Content;

    /// <summary>The strings of a list; null where it is absent.</summary>
    internal List<string>? Strings(string name)
    {
        if (_fields?.Optional(name) is not JsonElement list)
            return null;
        if (list.ValueKind != JsonValueKind.Array)
            throw _fields.Refusal(name, ComponentFields.Describe(list), "a list of texts");
        var strings = new List<string>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            strings.Add(item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw _fields.Refusal(name, ComponentFields.Describe(item), "a list of texts"));
        }
        return strings;
    }

    internal InvalidModelException Refusal(string name, string found, string accepted) =>
        _fields!.Refusal(name, found, accepted);

    private static ComponentFields? ReadObject(string file) =>
        ReadJson(file) is JsonElement json ? ComponentFields.Of(file, "", json) : null;

    private static JsonElement? ReadJson(string file)
    {
        if (!File.Exists(file))
            return null;
        byte[] json = TextFile.Read(file);
        try
        {
            return JsonElement.Parse(TextFile.WithoutMark(PythonJson.WithNumbers(json)));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidModelException(file, $"is not valid JSON: {error.Message}", error);
        }
    }

    private static string? OptionalText(ComponentFields fields, string name) =>
        fields.Optional(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // Either the text itself or an object that has it as its content.
    private static AddedTokenFlags? Token(ComponentFields fields, string name)
    {
        if (fields.Optional(name) is not JsonElement token)
            return null;
        return token.ValueKind == JsonValueKind.Object
            ? Flags(fields.Inner(token, name), special: true)
            : AddedTokenFlags.SpecialToken(fields.Text(name));
    }

    private static AddedTokenFlags Flags(ComponentFields token, bool special)
    {
        special |= token.OptionalFlag("special") ?? false;
        return new AddedTokenFlags(token.Text("content"), special, token.OptionalFlag("normalized") ?? !special,
            token.OptionalFlag("single_word") ?? false, token.OptionalFlag("lstrip") ?? false,
            token.OptionalFlag("rstrip") ?? false);
    }

    private void ReadNamed(ComponentFields fields)
    {
        foreach (string name in s_namedTokens)
            AddNamed(Token(fields, name));
        foreach (string name in new[] { "additional_special_tokens", "extra_special_tokens" })
        {
            if (fields.Optional(name) is not { ValueKind: JsonValueKind.Array } list)
                continue;
            int index = 0;
            foreach (JsonElement item in list.EnumerateArray())
            {
                string position = $"{name}[{index++}]";
                AddNamed(item.ValueKind switch
                {
                    JsonValueKind.Object => Flags(fields.Inner(item, position), special: true),
                    JsonValueKind.String => AddedTokenFlags.SpecialToken(item.GetString()!),
                    _ => throw fields.Refusal(position, ComponentFields.Describe(item), "a token"),
                });
            }
        }
    }

    private void AddNamed(AddedTokenFlags? token)
    {
        if (token is not null && _named.Add(token.Content))
            Named.Add(token);
    }

    // Tokens by id; there may be thousands.
    private void ReadDecoder(ComponentFields fields, JsonElement decoder)
    {
        const string Accepted = "an object of tokens by their ids";
        if (decoder.ValueKind != JsonValueKind.Object)
            throw fields.Refusal("added_tokens_decoder", ComponentFields.Describe(decoder), Accepted);
        var byId = new SortedDictionary<int, AddedTokenFlags>();
        foreach (JsonProperty token in decoder.EnumerateObject())
        {
            if (!int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                throw fields.Refusal(
                    "added_tokens_decoder", $"the key '{ComponentFields.Short(token.Name)}'", Accepted);
            }
            byId[id] = Flags(fields.Inner(token.Value, $"added_tokens_decoder.{id}"), special: false);
        }
        Added.AddRange(byId.Values);
    }

    private void ReadEncoder(string file, JsonElement encoder)
    {
        const string Accepted = "accepted: an object of tokens and ids";
        if (encoder.ValueKind != JsonValueKind.Object)
            throw new InvalidModelException(file, $"holds {ComponentFields.Describe(encoder)}; {Accepted}.");
        var byId = new SortedDictionary<int, AddedTokenFlags>();
        foreach (JsonProperty token in encoder.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id < 0)
            {
                throw new InvalidModelException(file, $"'{ComponentFields.Short(token.Name)}' is "
                    + $"{ComponentFields.Describe(token.Value)}; {Accepted}.");
            }
            bool special = _named.Contains(token.Name);
            byId[id] = new AddedTokenFlags(token.Name, special, !special, false, false, false);
        }
        Added.AddRange(byId.Values);
    }
}
