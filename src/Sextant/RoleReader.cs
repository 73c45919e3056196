using Sextant.Batches;
using Sextant.Heads;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>Texts of queries or of documents into a session: cut, with the prefix and what stands behind.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RoleReader
{
    private readonly InputReader _reader;
    private readonly Prompt _ownPrompt;
    private readonly int? _prefix;
    private readonly int _filler;
    private readonly QueryExpansion? _expansion;

    /// <param name="plan">What the model's files say.</param>
    /// <param name="role">The side.</param>
    /// <param name="ownPrompt">The prompt of calls that name none.</param>
    /// <param name="reader">Reads texts as the model's files say; its tokenizer is loaded.</param>
    /// <param name="maxTokens">The side's limit.</param>
    /// <exception cref="InvalidModelException">The tokenizer does not have a token that the files name.</exception>
    public RoleReader(MultiVectorPlan plan, TextRole role, Prompt ownPrompt, InputReader reader, int maxTokens)
    {
        string folder = plan.Transformer.Folder;
        _ownPrompt = ownPrompt;
        _prefix = role.Prefix is null ? null : PrefixId(reader.Tokenizer, role.Prefix, folder);
        _expansion = role.Expansion;
        if (_expansion is not null)
            _filler = Id(reader.Tokenizer, _expansion.Token ?? SpecialTokens.Filler(folder), folder);
        _reader = reader.With(maxTokens, _prefix is null ? 0 : 1);
    }

    /// <summary>What a call's prompt comes to.</summary>
    public PromptText Prepare(EmbeddingSession session, Prompt prompt) =>
        _reader.Prepare(session, prompt == Prompt.Default ? _ownPrompt : prompt);

    /// <summary>Adds the text at <paramref name="index"/> of the call.</summary>
    public TextReport Add(EmbeddingSession session, PromptText prompt, ReadOnlySpan<char> text, int index)
    {
        TextReport report = _reader.AddText(session, prompt, text, index);
        SequenceStore sequences = session.Sequences;
        int last = sequences.Count - 1;
        if (_prefix is { } prefix)
        {
            sequences.Insert(Math.Min(1, sequences.LengthOf(last)), prefix);
            report = report with { Tokens = report.Tokens + 1 };
        }
        int length = sequences.LengthOf(last);
        if (_expansion is not null && length > 0 && length < _expansion.Length)
        {
            int missing = _expansion.Length - length;
            sequences.Extend(_filler, missing, _expansion.Attends ? 0 : missing);
        }
        return report;
    }

    // PyLate writes "[Q] " with its space, ColBERT a token without.
    private static int PrefixId(Tokenizer tokenizer, string prefix, string folder) =>
        tokenizer.TryGetId(prefix, out int id) ? id : Id(tokenizer, prefix.TrimEnd(' '), folder);

    private static int Id(Tokenizer tokenizer, string token, string folder) => tokenizer.TryGetId(token, out int id)
        ? id
        : throw new InvalidModelException(
            folder, $"texts are to have the token {MessageText.Quote(token)}, which the tokenizer does not have.");
}

/// <summary>Texts of one side.</summary>
internal struct RoleInputs(IReadOnlyList<string> texts, Prompt prompt, RoleReader role) : ICallInputs
{
    private PromptText _prompt;

    public readonly int Count => texts.Count;

    public void Begin(InputReader reader, EmbeddingSession session) => _prompt = role.Prepare(session, prompt);

    public readonly TextReport Add(InputReader reader, EmbeddingSession session, int index) =>
        role.Add(session, _prompt, TextInputs.NotNull(texts[index], index, nameof(texts)), index);
}
