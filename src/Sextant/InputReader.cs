using Sextant.Models;
using Sextant.Tokens;

namespace Sextant;

/// <summary>Texts or token ids into a session's sequences: prompt, tokenizer, truncation, checks.</summary>
/// <remarks>Thread-safe; the tokenizer is loaded on first use.</remarks>
internal sealed class InputReader(LoadedModel model, Truncation truncation)
{
    private readonly Lock _loading = new();
    private Tokenizer? _tokenizer;
    private int _promptTokens;

    public Tokenizer Tokenizer => _tokenizer ?? LoadTokenizer();

    private int MaxTokens => model.Card.MaxTokens;

    /// <summary>Adds the text at <paramref name="index"/> of the call.</summary>
    public TextReport AddText(EmbeddingSession session, ReadOnlySpan<char> text, int index)
    {
        Tokenizer tokenizer = Tokenizer;
        var options = new EncodeOptions
        {
            MaxTokens = MaxTokens,
            Side = truncation == Truncation.Left ? TruncationSide.Left : TruncationSide.Right,
        };
        TokenBuffer tokens = session.Tokens;
        tokenizer.Encode(session.Compose(model.Prompt, text, model.LowerCase), tokens, options);
        if (tokens.Truncated > 0 && truncation == Truncation.Error)
            throw new TextTooLongException(index, tokens.Count + tokens.Truncated, MaxTokens);
        int skip = model.SkipsPrompt ? Math.Min(_promptTokens, Math.Max(0, tokens.Count - 1)) : 0;
        session.Sequences.Add(tokens.Ids, tokens.TypeIds, skip);
        return new TextReport(tokens.Count, tokens.Truncated);
    }

    /// <summary>Adds the sequence at <paramref name="index"/> of the call, as it is.</summary>
    public TextReport AddTokens(EmbeddingSession session, TokenSequence sequence, int index)
    {
        ReadOnlySpan<int> ids = sequence.Ids.Span;
        ReadOnlySpan<int> typeIds = sequence.TypeIds.Span;
        if (ids.IsEmpty)
            throw new InvalidTokensException(index, "it has no token ids; at least one is needed.");
        if (!typeIds.IsEmpty && typeIds.Length != ids.Length)
            throw new InvalidTokensException(index, $"{ids.Length} ids have {typeIds.Length} token type ids.");
        CheckRange(index, "token id", ids, model.Trunk.Shape.Vocabulary);
        CheckRange(index, "token type id", typeIds, model.Trunk.Shape.Types);
        int cut = Math.Max(0, ids.Length - MaxTokens);
        if (cut > 0 && truncation == Truncation.Error)
            throw new TextTooLongException(index, ids.Length, MaxTokens);
        Range kept = truncation == Truncation.Left ? cut.. : ..(ids.Length - cut);
        session.Sequences.Add(ids[kept], typeIds.IsEmpty ? default : typeIds[kept], skip: 0);
        return new TextReport(ids.Length - cut, cut);
    }

    private static void CheckRange(int index, string what, ReadOnlySpan<int> values, int limit)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if ((uint)values[i] >= (uint)limit)
                throw new InvalidTokensException(index, $"{what} {values[i]} at {i}; this model takes 0 to {limit - 1}.");
        }
    }

    private Tokenizer LoadTokenizer()
    {
        lock (_loading)
        {
            if (_tokenizer is not null)
                return _tokenizer;
            Tokenizer tokenizer = Tokenizer.LoadFolder(model.TokenizerFolder);
            if (tokenizer.VocabularySize > model.Card.VocabularySize)
            {
                throw new InvalidModelException(model.TokenizerFolder,
                    $"the tokenizer has ids up to {tokenizer.VocabularySize - 1}; the model takes 0 to "
                    + $"{model.Card.VocabularySize - 1}.");
            }
            int special = tokenizer.SpecialTokenCount(pair: false);
            if (special >= MaxTokens)
            {
                throw new UnsupportedRequestException(
                    $"{MaxTokens} tokens a text leave no room for words: {special} are special tokens.");
            }
            if (model.SkipsPrompt && model.Prompt.Length > 0)
            {
                // As sentence-transformers counts: the prompt alone with its special tokens, but for the closing one.
                _promptTokens = tokenizer.CountTokens(model.Prompt) - (special > 1 ? 1 : 0);
            }
            return _tokenizer = tokenizer;
        }
    }
}
