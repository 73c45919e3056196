using System.Text.Json.Nodes;

namespace Sextant.Tests.Tokens;

/// <summary>
/// Makes tokenizer files that are JSON and nearly right: components of every kind with odd values, chains of up to
/// fifty, nested, in wrong positions, and nodes dropped, doubled or replaced anywhere.
/// </summary>
internal sealed class TokenizerMutator(Random random)
{
    private static readonly string[] s_texts =
    [
        "", " ", "a", "aa", "b", "▁", "_", "\n", "é", "e\u0301", "中", "ab", "##", "Ġ", "[CLS]", "<unk>", "<0x41>", "\0",
        "\uFFFD", "ﷺ", "a b", "🙂", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    private static readonly string[] s_behaviors =
        ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

    private readonly PatternMutator _patterns = new(random);

    /// <summary>A file made of <paramref name="sound"/>, which is not changed.</summary>
    public JsonNode Mutate(JsonNode sound)
    {
        JsonObject file = sound.DeepClone().AsObject();
        for (int times = random.Next(1, 4); times > 0; times--)
            MutateOnce(file);
        return file;
    }

    private void MutateOnce(JsonObject file)
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                file["normalizer"] = Chain("normalizers", Normalizer, 0);
                break;
            case 2 or 3:
                file["pre_tokenizer"] = Chain("pretokenizers", PreTokenizer, 0);
                break;
            case 4:
                file["decoder"] = Chain("decoders", Decoder, 0);
                break;
            case 5:
                file["post_processor"] = PostProcessor();
                break;
            case 6:
                AddTokens(file);
                break;
            case 7:
                MutateModel(file);
                break;
            default:
                MutateNode(file);
                break;
        }
    }

    private JsonNode? Chain(string list, Func<JsonObject> make, int depth)
    {
        int kind = random.Next(8);
        if (kind == 0)
            return null;
        if (kind == 1)
            return make();
        var steps = new JsonArray();
        JsonObject? same = random.Next(2) == 0 ? make() : null;
        for (int count = random.Next(1, 51); count > 0; count--)
        {
            steps.Add(random.Next(20) == 0 && depth < 3
                ? Chain(list, make, depth + 1)
                : same?.DeepClone() ?? make());
        }
        return new JsonObject { ["type"] = "Sequence", [list] = steps };
    }

    private JsonObject Normalizer() => random.Next(13) switch
    {
        0 => Component("BertNormalizer", ("clean_text", Flag()), ("handle_chinese_chars", Flag()),
            ("strip_accents", random.Next(3) == 0 ? null : Flag()), ("lowercase", Flag())),
        1 => Component("ByteLevel"),
        2 => Component("Lowercase"),
        3 => Component("NFC"),
        4 => Component("NFD"),
        5 => Component("NFKC"),
        6 => Component("NFKD"),
        7 => Component("Nmt"),
        8 => Component("Prepend", ("prepend", Text())),
        9 or 10 => Component("Replace", ("pattern", Pattern()), ("content", Text())),
        11 => Component("Strip", ("strip_left", Flag()), ("strip_right", Flag())),
        _ => Component("StripAccents"),
    };

    private JsonObject PreTokenizer() => random.Next(13) switch
    {
        0 => Component("BertPreTokenizer"),
        1 or 2 => Component("ByteLevel", ("add_prefix_space", Flag()), ("use_regex", Flag())),
        3 => Component("CharDelimiterSplit", ("delimiter", Letter())),
        4 => Component("Digits", ("individual_digits", Flag())),
        5 => Component("FixedLength", ("length", Number())),
        6 or 7 => Component("Metaspace", ("replacement", Letter()),
            ("prepend_scheme", Pick("always", "first", "never")), ("split", Flag())),
        8 => Component("Punctuation", ("behavior", Pick(s_behaviors))),
        9 or 10 => Component(
            "Split", ("pattern", Pattern()), ("behavior", Pick(s_behaviors)), ("invert", Flag())),
        11 => Component("UnicodeScripts"),
        _ => Component(Pick("Whitespace", "WhitespaceSplit")),
    };

    private JsonObject Decoder() => random.Next(10) switch
    {
        0 => Component("BPEDecoder", ("suffix", Text())),
        1 => Component("ByteFallback"),
        2 => Component("ByteLevel"),
        3 => Component("CTC", ("pad_token", Text()), ("word_delimiter_token", Text()), ("cleanup", Flag())),
        4 => Component("Fuse"),
        5 => Component("Metaspace", ("replacement", Letter())),
        6 or 7 => Component("Replace", ("pattern", Pattern()), ("content", Text())),
        8 => Component("Strip", ("content", Letter()), ("start", Number()), ("stop", Number())),
        _ => Component("WordPiece", ("prefix", Text()), ("cleanup", Flag())),
    };

    private JsonObject PostProcessor() => random.Next(6) switch
    {
        0 => Component("BertProcessing", ("sep", Token("[SEP]")), ("cls", Token("[CLS]"))),
        1 => Component("RobertaProcessing", ("sep", Token("</s>")), ("cls", Token("<s>")), ("trim_offsets", Flag()),
            ("add_prefix_space", Flag())),
        2 => Component("ByteLevel", ("add_prefix_space", Flag()), ("trim_offsets", Flag())),
        3 => Component("Sequence", ("processors", new JsonArray(
            [.. Enumerable.Range(0, random.Next(4)).Select(_ => (JsonNode)PostProcessor())]))),
        _ => Component("TemplateProcessing", ("single", Template("A")), ("pair", Template("A", "B")),
            ("special_tokens", new JsonObject { ["x"] = SpecialToken() })),
    };

    private JsonArray Token(string text) => new(text, Number());

    private JsonObject SpecialToken() => new()
    {
        ["id"] = "x",
        ["ids"] = new JsonArray([.. Enumerable.Range(0, random.Next(70)).Select(_ => (JsonNode)random.Next(8))]),
        ["tokens"] = new JsonArray("x"),
    };

    private JsonArray Template(params string[] sequences)
    {
        var parts = new JsonArray();
        for (int count = random.Next(0, random.Next(8) == 0 ? 80 : 6); count > 0; count--)
        {
            bool special = random.Next(3) == 0;
            var part = new JsonObject { ["id"] = special ? "x" : Pick(sequences), ["type_id"] = random.Next(3) };
            parts.Add(new JsonObject { [special ? "SpecialToken" : "Sequence"] = part });
        }
        return parts;
    }

    private static JsonObject Component(string type, params (string Name, JsonNode? Value)[] fields)
    {
        var component = new JsonObject { ["type"] = type };
        foreach ((string name, JsonNode? value) in fields)
            component[name] = value;
        return component;
    }

    private void AddTokens(JsonObject file)
    {
        if (file["added_tokens"] is not JsonArray tokens)
            file["added_tokens"] = tokens = [];
        for (int count = random.Next(1, 20); count > 0; count--)
        {
            tokens.Add(new JsonObject
            {
                ["id"] = random.Next(5000),
                ["content"] = Text() + Text(),
                ["single_word"] = Flag(),
                ["lstrip"] = Flag(),
                ["rstrip"] = Flag(),
                ["normalized"] = Flag(),
                ["special"] = Flag(),
            });
        }
    }

    private void MutateModel(JsonObject file)
    {
        if (file["model"] is not JsonObject model)
            return;
        switch (random.Next(8))
        {
            case 0:
                model["unk_token"] = random.Next(3) == 0 ? null : Text();
                break;
            case 1:
                model["unk_id"] = Number();
                break;
            case 2:
                model["continuing_subword_prefix"] = Text();
                break;
            case 3:
                model["end_of_word_suffix"] = Text();
                break;
            case 4:
                model[Pick("byte_fallback", "fuse_unk", "ignore_merges")] = Flag();
                break;
            case 5:
                model["max_input_chars_per_word"] = Number();
                break;
            case 6:
                model["type"] = Pick("BPE", "WordPiece", "WordLevel", "Unigram");
                break;
            default:
                if (model["merges"] is JsonArray merges)
                    merges.Add(new JsonArray(Text(), Text()));
                else if (model["vocab"] is JsonArray scored)
                    scored.Add(new JsonArray(Text(), random.NextDouble() * -20));
                break;
        }
    }

    // A node anywhere but in the long lists, most of which would only be other tokens.
    private void MutateNode(JsonObject file)
    {
        var positions = new List<(JsonNode Parent, string? Name, int Index)>();
        Collect(file, positions, 0);
        if (positions.Count == 0)
            return;
        (JsonNode parent, string? name, int index) = positions[random.Next(positions.Count)];
        JsonNode? value = random.Next(7) switch
        {
            0 => null,
            1 => JsonValue.Create(Text()),
            2 => JsonValue.Create(Number()),
            3 => JsonValue.Create(Flag()),
            4 => Normalizer(),
            5 => PreTokenizer(),
            _ => new JsonArray(Text()),
        };
        if (parent is JsonObject members)
        {
            if (random.Next(4) == 0)
                members.Remove(name!);
            else
                members[random.Next(6) == 0 ? Text() + "x" : name!] = value;
        }
        else if (parent is JsonArray list)
        {
            if (random.Next(3) == 0)
                list.RemoveAt(index);
            else
                list[index] = value;
        }
    }

    private static void Collect(JsonNode node, List<(JsonNode, string?, int)> positions, int depth)
    {
        if (node is JsonObject members)
        {
            foreach ((string name, JsonNode? value) in members)
            {
                positions.Add((node, name, 0));
                if (value is not null && name is not ("vocab" or "merges"))
                    Collect(value, positions, depth + 1);
            }
        }
        else if (node is JsonArray list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                positions.Add((node, null, i));
                if (list[i] is { } value)
                    Collect(value, positions, depth + 1);
            }
        }
    }

    private JsonObject Pattern() => random.Next(2) == 0
        ? new JsonObject { ["String"] = Text() }
        : new JsonObject { ["Regex"] = _patterns.Next() };

    private bool Flag() => random.Next(2) == 0;

    private string Text() => s_texts[random.Next(s_texts.Length)];

    private string Letter() => random.Next(30) == 0 ? Text() : Pick("a", " ", "▁", "é", "🙂", "_");

    private string Pick(params string[] names) => names[random.Next(names.Length)];

    private long Number() => random.Next(6) switch
    {
        0 => 0,
        1 => 1,
        2 => random.Next(100),
        3 => int.MaxValue,
        4 => -1,
        _ => long.MaxValue,
    };
}

/// <summary>Makes patterns: nested groups, counts, classes and look-around, most of them sound.</summary>
internal sealed class PatternMutator(Random random)
{
    private static readonly string[] s_atoms =
    [
        "a", "b", ".", @"\s", @"\S", @"\d", @"\w", @"\p{L}", @"\P{L}", @"\p{Lu}", @"\p{N}", "[ab]", "[^a]",
        @"[^\s\p{L}\p{N}]", @"[\p{L}\p{M}]", "^", "$", @"\b", @"\B", "(?=a)", "(?!a)", "(?<=a)", "(?<!b)", @"(?=\S)", "",
    ];

    private static readonly string[] s_repeats =
        ["*", "+", "?", "*?", "+?", "{2}", "{3,}", "{0,5}", "{50}", "{999}", "{1,50}", "++", "{9999}", "{,3}"];

    public string Next() => Choice(0);

    private string Choice(int depth) =>
        string.Join('|', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Sequence(depth)));

    private string Sequence(int depth) =>
        string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => Repeated(depth)));

    private string Repeated(int depth)
    {
        string atom = random.Next(3) == 0 && depth < 5
            ? $"({(random.Next(2) == 0 ? "?:" : "")}{Choice(depth + 1)})"
            : s_atoms[random.Next(s_atoms.Length)];
        return random.Next(2) == 0 ? atom : atom + s_repeats[random.Next(s_repeats.Length)];
    }
}
