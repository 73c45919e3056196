using System.Text.Json.Serialization;

namespace Sextant;

/// <summary>
/// What is put before each text of one call: the model's default, nothing, the model's prompt for queries or documents,
/// a prompt by its name, or a text of the caller's own such as an instruction.
/// </summary>
/// <remarks>
/// The prompt and the text are joined as they are, without a space between them, and tokenized as one text, as
/// sentence-transformers does. Where the model's pooling says include_prompt false, the prompt's tokens are seen by
/// attention and left out of the pooling. Immutable; making one allocates nothing. As JSON it is an object such as
/// {"kind":"text","value":"query: "}, so that what keeps or compares requests tells prompts apart.
/// </remarks>
[JsonConverter(typeof(PromptJson))]
public readonly record struct Prompt
{
    private Prompt(PromptKind kind, string? value) => (Kind, Value) = (kind, value);

    /// <summary>
    /// What the model does for a call that names no prompt: <see cref="EmbeddingOptions.Prompt"/>, else
    /// default_prompt_name of config_sentence_transformers.json, else nothing.
    /// </summary>
    public static Prompt Default => default;

    /// <summary>No prompt, whatever the model's default is.</summary>
    public static Prompt None => new(PromptKind.Text, "");

    /// <summary>
    /// For what is searched for: the prompt that the model's file names "query"; where it has none, no prompt.
    /// </summary>
    public static Prompt Query => new(PromptKind.Query, null);

    /// <summary>
    /// For what is searched in: the first of the prompts "document", "passage" and "corpus" that the model's file
    /// gives; where it has none of them, no prompt.
    /// </summary>
    public static Prompt Document => new(PromptKind.Document, null);

    internal PromptKind Kind { get; }

    internal string? Value { get; }

    /// <summary>The model's prompt of this name, one of <see cref="ModelCard.Prompts"/>.</summary>
    public static Prompt Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new Prompt(PromptKind.Name, name);
    }

    /// <summary>
    /// This text, to the letter; a space after it is the caller's to write. Models that take instructions say how in
    /// their cards, such as "Instruct: Given a question, retrieve passages that answer it\nQuery: ".
    /// </summary>
    public static Prompt Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Prompt(PromptKind.Text, text);
    }
}

/// <summary>How a <see cref="Prompt"/> is to be read.</summary>
internal enum PromptKind
{
    /// <summary>The model's default.</summary>
    Default,

    /// <summary>The prompt for queries.</summary>
    Query,

    /// <summary>The prompt for documents.</summary>
    Document,

    /// <summary>The value is a name.</summary>
    Name,

    /// <summary>The value is the text.</summary>
    Text,
}
