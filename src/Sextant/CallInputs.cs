namespace Sextant;

/// <summary>The inputs of one call, read into a session one by one.</summary>
internal interface ICallInputs
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Called once, before any is read.</summary>
    void Begin(InputReader reader, EmbeddingSession session);

    /// <summary>Reads an input into the session.</summary>
    TextReport Add(InputReader reader, EmbeddingSession session, int index);
}

/// <summary>Texts with one prompt.</summary>
internal struct TextInputs(IReadOnlyList<string> texts, Prompt prompt) : ICallInputs
{
    private PromptText _prompt;

    public readonly int Count => texts.Count;

    public void Begin(InputReader reader, EmbeddingSession session) => _prompt = reader.Prepare(session, prompt);

    public readonly TextReport Add(InputReader reader, EmbeddingSession session, int index) =>
        reader.AddText(session, _prompt, NotNull(texts[index], index, nameof(texts)), index);

    public static string NotNull(string? text, int index, string name) =>
        text ?? throw new ArgumentException($"Text {index} is null.", name);
}

/// <summary>Token sequences as they are.</summary>
internal readonly struct SequenceInputs(IReadOnlyList<TokenSequence> sequences) : ICallInputs
{
    public int Count => sequences.Count;

    public void Begin(InputReader reader, EmbeddingSession session)
    {
    }

    public TextReport Add(InputReader reader, EmbeddingSession session, int index) =>
        reader.AddTokens(session, sequences[index], index);
}

/// <summary>Pairs of texts.</summary>
internal readonly struct PairInputs(IReadOnlyList<(string First, string Second)> pairs) : ICallInputs
{
    public int Count => pairs.Count;

    public void Begin(InputReader reader, EmbeddingSession session)
    {
    }

    public TextReport Add(InputReader reader, EmbeddingSession session, int index) => reader.AddPair(
        session, TextInputs.NotNull(pairs[index].First, index, nameof(pairs)),
        TextInputs.NotNull(pairs[index].Second, index, nameof(pairs)), index);
}

/// <summary>One query with each of many documents.</summary>
internal readonly struct QueryInputs(string query, IReadOnlyList<string> documents) : ICallInputs
{
    public int Count => documents.Count;

    public void Begin(InputReader reader, EmbeddingSession session)
    {
    }

    public TextReport Add(InputReader reader, EmbeddingSession session, int index) => reader.AddPair(
        session, query, TextInputs.NotNull(documents[index], index, nameof(documents)), index);
}
