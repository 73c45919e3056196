using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Sextant.Mcp;

/// <summary>The tools as a client lists them: what they are for, and the schemas of arguments and results.</summary>
internal static class ToolDefinitions
{
    public const string Search = "search", Embed = "embed", Similarity = "similarity";

    private const string Notes = """
        "notes":{"type":"array","items":{"type":"string"},"description":"What was cut, skipped or not known"}
        """;

    /// <summary>The tools of a host; search only where there is something to search.</summary>
    public static List<Tool> Of(IReadOnlyList<McpSource> sources, IReadOnlyList<string> models)
    {
        List<Tool> tools = sources.Count == 0 ? [] : [SearchTool(sources)];
        if (models.Count > 0)
            tools.AddRange(EmbedTool(models), SimilarityTool(models));
        return tools;
    }

    private static Tool SearchTool(IReadOnlyList<McpSource> sources) => Make(
        Search, "Search passages",
        "Finds the passages that answer a question or are about a topic, by meaning and by words. "
            + "Each hit has its whole text and the address of its resource. Sources: "
            + string.Join("; ", sources.Select(one => $"{one.Name} ({one.Description})")) + ".",
        $$"""
        {"type":"object","additionalProperties":false,"required":["query"],"properties":{
        "query":{"type":"string","minLength":1,"maxLength":{{McpLimits.Query}},
          "description":"A question or topic in plain words; names and identifiers count as they are written"},
        "source":{"type":"string","enum":[{{Words(sources.Select(one => one.Name))}}],
          "description":"What to search. May be left out where there is one source only"},
        "k":{"type":"integer","minimum":1,"maximum":{{McpLimits.Hits}},"default":{{McpLimits.DefaultHits}},
          "description":"Most passages to give"},
        "ranking":{"type":"string","enum":["hybrid","dense","bm25"],
          "description":"hybrid: by meaning and words together; dense: by meaning alone; bm25: by words alone"},
        "path":{"type":"string","maxLength":{{McpLimits.Path}},
          "description":"In a source of files: a file or folder below it, relative, with '/' between names"},
        "filter":{"type":"array","maxItems":{{McpLimits.Conditions}},
          "items":{"type":"string","maxLength":{{McpLimits.Condition}} },
          "description":"In an index: conditions on attributes, all must hold, such as extension=md or (size<1000) or (lang=en)"} } }
        """,
        $$"""
        {"type":"object","required":["source","ranking","hits"],"properties":{
        "source":{"type":"string"},"ranking":{"type":"string"},
        "hits":{"type":"array","items":{"type":"object","required":["uri","document","score","text"],"properties":{
          "uri":{"type":"string","description":"The passage as a resource"},
          "document":{"type":"string","description":"Key of the document, or path of the file"},
          "first_line":{"type":"integer"},"last_line":{"type":"integer"},"headings":{"type":"string"},
          "score":{"type":"number","description":"What hits are ranked by: the higher the better"},
          "similarity":{"type":"number","description":"Cosine of its vector and the query's"},
          "bm25":{"type":"number"},"text":{"type":"string"} } } },{{Notes}} } }
        """);

    private static Tool EmbedTool(IReadOnlyList<string> models) => Make(
        Embed, "Embed texts",
        "Turns texts into vectors whose dot product says how near they are in meaning. The numbers are for programs: "
            + "similarity compares texts in fewer words.",
        $$"""
        {"type":"object","additionalProperties":false,"required":["texts"],"properties":{
        {{TextsOf("texts", 1, "Texts to embed")}},
        "prompt":{"type":"string","maxLength":100,
          "description":"Name of the model's prompt, such as query or document"},
        "dimensions":{"type":"integer","minimum":1,"maximum":65536,"description":"The first so many values only"},
        {{ModelOf(models)}} } }
        """,
        $$"""
        {"type":"object","required":["model","vectors"],"properties":{"model":{"type":"string"},
        "vectors":{"type":"array","items":{"type":"array","items":{"type":"number"} } },{{Notes}} } }
        """);

    private static Tool SimilarityTool(IReadOnlyList<string> models) => Make(
        Similarity, "Compare texts",
        "Says how near texts are in meaning, as the cosine of their vectors: 1 is the same. With 'texts' alone, each "
            + "with each; with 'to', each with that one.",
        $$"""
        {"type":"object","additionalProperties":false,"required":["texts"],"properties":{
        {{TextsOf("texts", 1, "Texts to compare")}},
        "to":{"type":"string","maxLength":{{McpLimits.Text}},"description":"The text that all are compared with"},
        {{ModelOf(models)}} } }
        """,
        $$"""
        {"type":"object","required":["model","scores"],"properties":{"model":{"type":"string"},
        "scores":{"type":"array","description":"A row for each text, or with 'to' one number for each",
          "items":{"anyOf":[{"type":"number"},{"type":"array","items":{"type":"number"} }]} },{{Notes}} } }
        """);

    private static string TextsOf(string name, int least, string description) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        "{{name}}":{"type":"array","minItems":{{least}},"maxItems":{{McpLimits.Texts}},
        "items":{"type":"string","minLength":1,"maxLength":{{McpLimits.Text}} },"description":"{{description}}"}
        """);

    private static string ModelOf(IReadOnlyList<string> models) =>
        $$"""
        "model":{"type":"string","enum":[{{Words(models)}}],
          "description":"What embeds. Default: {{JsonEncodedText.Encode(models[0])}}"}
        """;

    private static string Words(IEnumerable<string> words) =>
        string.Join(',', words.Select(one => $"\"{JsonEncodedText.Encode(one)}\""));

    private static Tool Make(string name, string title, string description, string input, string output) => new()
    {
        Name = name,
        Title = title,
        Description = description,
        InputSchema = Parse(input),
        OutputSchema = Parse(output),
        Annotations = new ToolAnnotations
        {
            Title = title,
            ReadOnlyHint = true,
            IdempotentHint = true,
            DestructiveHint = false,
            OpenWorldHint = false,
        },
    };

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
