using System.Text.Json;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Server.Hosting;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Indexes;

/// <summary>Documents of requests to documents of an index: cut, embedded, taken apart into terms.</summary>
internal sealed class DocumentEncoder(ServedIndex index, ServerOptions options)
{
    private const int MaxKey = 4096;

    /// <summary>A document of a request: a text that is cut into passages, or passages.</summary>
    /// <param name="Key">Its name; another one of this name is replaced.</param>
    /// <param name="Text">A text; as in files, '#' begins a heading where the key ends with .md.</param>
    /// <param name="Passages">Passages, in place of a text.</param>
    /// <param name="Vectors">The passages' vectors, where they are known; else they are embedded.</param>
    /// <param name="Attributes">Texts and whole numbers to filter by.</param>
    public sealed record Document(
        string Key, string? Text = null, string[]? Passages = null, float[][]? Vectors = null,
        Dictionary<string, JsonElement>? Attributes = null);

    /// <summary>Refuses what is no key.</summary>
    public static void RequireKey(string key, string parameter)
    {
        if (key.Length is 0 or > MaxKey || key.Contains('\0', StringComparison.Ordinal))
            throw ApiException.Invalid($"A key has 1 to {MaxKey} characters and no U+0000.", parameter);
    }

    /// <summary>The documents, and what became of each passage that was embedded.</summary>
    /// <exception cref="ApiException">A document is not what an index takes.</exception>
    public async Task<(List<IndexDocument> Documents, EncodedInput[] Inputs)> Encode(
        IReadOnlyList<Document> documents, CancellationToken cancellation)
    {
        if (documents.DistinctBy(one => one.Key).Count() != documents.Count)
            throw ApiException.Invalid("'documents' has a key twice.", "documents");
        var passages = new List<Passage>[documents.Count];
        for (int i = 0; i < passages.Length; i++)
            passages[i] = PassagesOf(documents[i]);
        int count = passages.Sum(one => one.Count);
        if (count > options.MaxInputs)
        {
            throw ApiException.Invalid(
                $"'documents' have {count} passages; this server takes at most {options.MaxInputs} in a request.",
                "documents");
        }
        string[] texts = [.. documents.SelectMany(
            (one, i) => one.Vectors is null ? passages[i].Select(passage => passage.Text) : [])];
        Answer<float[]> answer = texts.Length == 0 ? new Answer<float[]>([], [])
            : await index.Model.Embed(
                new TextsOrTokens(false, texts, null), new EmbedForm(Prompt: index.DocumentPrompt), "documents",
                cancellation).ConfigureAwait(false);
        int next = 0;
        var all = new List<IndexDocument>(documents.Count);
        for (int i = 0; i < passages.Length; i++)
        {
            float[][] vectors = documents[i].Vectors ?? answer.Results[next..(next += passages[i].Count)];
            all.Add(Encoded(documents[i], passages[i], vectors));
        }
        return (all, answer.Inputs);
    }

    private IndexDocument Encoded(Document document, List<Passage> passages, float[][] vectors) => new()
    {
        Key = document.Key,
        Vectors = vectors.SelectMany(one => one).ToArray(),
        Payloads = [.. passages.Select(one => (ReadOnlyMemory<byte>)StoredPassage.Write(one))],
        Terms = index.KeepsTerms ? [.. passages.Select(one => index.Terms(one.Text))] : [],
        Attributes = [.. (document.Attributes ?? []).Select(one => Attribute(one.Key, one.Value))],
    };

    private List<Passage> PassagesOf(Document document)
    {
        RequireKey(document.Key, "documents.key");
        if (document.Text is null == document.Passages is null)
        {
            throw ApiException.Invalid(
                $"The document '{document.Key}' needs 'text' or 'passages', not both.", "documents");
        }
        List<Passage> passages = document.Text is { } text
            ? [.. index.Cutting.Read(new StringReader(text), document.Key)]
            : [.. document.Passages!.Select((one, i) => new Passage(
                document.Key, i + 1, i + 1, 0, one.Length, index.Model.Tokenizer.CountTokens(one, false), one))];
        if (passages.Any(one => one.Text.Length == 0))
            throw ApiException.Invalid($"The document '{document.Key}' has an empty passage.", "documents.passages");
        int dimensions = index.Model.Card.Dimensions;
        if (document.Vectors is { } vectors && (document.Passages is null || vectors.Length != passages.Count
            || Array.Exists(vectors, one => one.Length != dimensions)))
        {
            throw ApiException.Invalid(
                $"The document '{document.Key}' needs a vector of {dimensions} numbers for each of its 'passages'.",
                "documents.vectors");
        }
        return passages;
    }

    // A list of strings, of whole numbers or of numbers.
    private static IndexAttribute List(string name, JsonElement[] values)
    {
        if (Array.TrueForAll(values, one => one.ValueKind == JsonValueKind.String))
            return new IndexAttribute(name, values.Select(one => one.GetString()!));
        if (!Array.TrueForAll(values, one => one.ValueKind == JsonValueKind.Number && double.IsFinite(one.GetDouble())))
            throw WrongKind(name);
        return Array.TrueForAll(values, one => one.TryGetInt64(out _))
            ? new IndexAttribute(name, values.Select(one => one.GetInt64()))
            : new IndexAttribute(name, values.Select(one => one.GetDouble()));
    }

    private static ApiException WrongKind(string name) => ApiException.Invalid(
        $"The attribute '{name}' is neither a string, a number, true, false nor a list of strings or of numbers.",
        "documents.attributes");

    private static IndexAttribute Attribute(string name, JsonElement value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny("=<>! "))
        {
            throw ApiException.Invalid(
                $"'{name}' is no name of an attribute: it has a space or one of '=<>!'.", "documents.attributes");
        }
        return value.ValueKind switch
        {
            JsonValueKind.String => new IndexAttribute(name, value.GetString()!),
            JsonValueKind.Number when value.TryGetInt64(out long number) && number != long.MinValue =>
                new IndexAttribute(name, number),
            JsonValueKind.Number when value.TryGetDouble(out double number) && double.IsFinite(number) =>
                new IndexAttribute(name, number),
            JsonValueKind.True or JsonValueKind.False => new IndexAttribute(name, value.GetBoolean()),
            JsonValueKind.Array => List(name, [.. value.EnumerateArray()]),
            _ => throw WrongKind(name),
        };
    }
}
