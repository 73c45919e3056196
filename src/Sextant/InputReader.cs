using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>Texts or token ids into a session's sequences: prompt, tokenizer, truncation, checks.</summary>
/// <remarks>Thread-safe; the tokenizer is loaded on first use.</remarks>
/// <param name="model">Whose texts they are.</param>
/// <param name="truncation">What to do with those that are too long.</param>
/// <param name="limit">Maximum number of tokens of a text; null: the model's.</param>
/// <param name="reserved">How many of them the caller will add.</param>
internal sealed class InputReader(LoadedModel model, Truncation truncation, int? limit = null, int reserved = 0)
{
    private readonly Lock _loading = new();
    private Tokenizer? _tokenizer;
    private int? _unknown;
    private int? _end;

    public Tokenizer Tokenizer => _tokenizer ?? LoadTokenizer();

    private int MaxTokens => (limit ?? model.Card.MaxTokens) - reserved;

    // A limit counts what is left of a text without its unknown tokens, so that they are cut after.
    private EncodeOptions Options => new()
    {
        AddSpecialTokens = model.Rules.SpecialTokens,
        MaxTokens = _unknown is null ? MaxTokens - (_end is null ? 0 : 1) : 0,
        Side = truncation == Truncation.Left ? TruncationSide.Left : TruncationSide.Right,
    };

    /// <summary>What a call's prompt comes to; counted only where pooling leaves it out.</summary>
    public PromptText Prepare(EmbeddingSession session, Prompt prompt)
    {
        string text = model.Prompts.TextOf(prompt);
        if (text.Length == 0 || !model.SkipsPrompt)
            return new PromptText(text, 0);
        // As sentence-transformers counts: the prompt alone with its special tokens, but for the closing one.
        TokenBuffer tokens = session.Tokens;
        Tokenizer.Encode(text, tokens, Options);
        bool closed = tokens.Count > 0 && tokens.SpecialTokensMask[^1] != 0;
        return new PromptText(text, tokens.Count - (closed ? 1 : 0));
    }

    /// <summary>Adds the text at <paramref name="index"/> of the call.</summary>
    public TextReport AddText(EmbeddingSession session, PromptText prompt, ReadOnlySpan<char> text, int index)
    {
        TokenBuffer tokens = session.Tokens;
        Tokenizer tokenizer = Tokenizer;
        tokenizer.Encode(session.Compose(prompt.Text, text), tokens, Options);
        if (_unknown is { } unknown)
        {
            ReadOnlySpan<int> known = session.Without(unknown, tokens.Ids);
            return AddCut(session, known, default, index) with { Unknown = tokens.Count - known.Length };
        }
        if (tokens.Truncated > 0 && truncation == Truncation.Error)
            throw new TextTooLongException(
                index, tokens.Count + tokens.Truncated + reserved, MaxTokens + reserved);
        int skip = prompt.Tokens;
        if (skip > 0 && truncation == Truncation.Left)
        {
            // What was cut off at the left was the prompt's, as far as it reached; special tokens stay.
            int special = Math.Max(0, tokens.SpecialTokensMask.IndexOf((byte)0));
            skip = Math.Max(special, skip - tokens.Truncated);
        }
        return AddEncoded(session, Math.Min(skip, Math.Max(0, tokens.Count - 1)), index);
    }

    /// <summary>A reader that cuts in another way and has the same tokenizer.</summary>
    public InputReader With(Truncation other) => other == truncation ? this : Copy(other, limit, reserved);

    /// <summary>A reader with another limit, of which some tokens are left free, that has the same tokenizer.</summary>
    /// <exception cref="UnsupportedRequestException">There is no room for words.</exception>
    public InputReader With(int maxTokens, int left)
    {
        InputReader other = Copy(truncation, maxTokens, left);
        other.RequireRoom(Tokenizer);
        return other;
    }

    private InputReader Copy(Truncation policy, int? maxTokens, int left) => new(model, policy, maxTokens, left)
    {
        _tokenizer = Tokenizer,
        _unknown = _unknown,
        _end = _end,
    };

    private int UnknownIn(TokenBuffer tokens) => tokens.Ids.Count(Tokenizer.UnknownId);

    // What the tokenizer gave, with the end token where it did not put it there.
    private TextReport AddEncoded(EmbeddingSession session, int skip, int index)
    {
        Tokenizer tokenizer = Tokenizer;
        TokenBuffer tokens = session.Tokens;
        // A family without token types does not look at those that its tokenizer may write, and one with a single type
        // can only mean that one.
        ReadOnlySpan<int> types = model.Backbone.Shape.Types <= 1 || !tokenizer.GivesTypes ? default : tokens.TypeIds;
        CheckRange(index, "token type id", types, model.Backbone.Shape.Types);
        if (_end is { } end)
        {
            (ReadOnlySpan<int> longer, types) = session.WithEnd(end, tokens.Ids, types);
            session.Sequences.Add(longer, types, skip);
            return new TextReport(longer.Length, tokens.Truncated, UnknownIn(tokens));
        }
        session.Sequences.Add(tokens.Ids, types, skip);
        return new TextReport(tokens.Count, tokens.Truncated, UnknownIn(tokens));
    }

    /// <summary>Adds the pair at <paramref name="index"/> of the call; the longer text is cut first.</summary>
    public TextReport AddPair(
        EmbeddingSession session, ReadOnlySpan<char> first, ReadOnlySpan<char> second, int index)
    {
        TokenBuffer tokens = session.Tokens;
        Tokenizer.EncodePair(first, second, tokens, Options);
        if (tokens.Truncated > 0 && truncation == Truncation.Error)
            throw new TextTooLongException(index, tokens.Count + tokens.Truncated, MaxTokens);
        return AddEncoded(session, skip: 0, index);
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
        CheckRange(index, "token id", ids, model.Backbone.Shape.Vocabulary);
        CheckRange(index, "token type id", typeIds, Math.Max(1, model.Backbone.Shape.Types));
        return AddCut(session, ids, typeIds, index);
    }

    private TextReport AddCut(
        EmbeddingSession session, ReadOnlySpan<int> ids, ReadOnlySpan<int> typeIds, int index)
    {
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
                throw new InvalidTokensException(
                    index, $"{what} {values[i]} at {i}; this model takes 0 to {limit - 1}.");
        }
    }

    // The end token's id, or null where the tokenizer puts it there itself.
    private int? EndId(Tokenizer tokenizer, string text, int special)
    {
        if (!tokenizer.TryGetId(text, out int id))
        {
            throw new InvalidModelException(model.TokenizerFolder,
                $"every text is to end with the token '{text}', which the tokenizer does not have.");
        }
        if (special + 1 >= MaxTokens)
            throw new UnsupportedRequestException(
                $"{MaxTokens} tokens a text leave no room for words and the end token.");
        var buffer = new TokenBuffer();
        tokenizer.Encode("a", buffer);
        bool isThere = buffer.Count > 0 && buffer.Ids[^1] == id && buffer.SpecialTokensMask[^1] != 0;
        return isThere ? null : id;
    }

    // The special tokens of a text, which leave some for its words.
    private int RequireRoom(Tokenizer tokenizer)
    {
        int special = model.Rules.SpecialTokens ? tokenizer.SpecialTokenCount(pair: false) : 0;
        return special < MaxTokens ? special : throw new UnsupportedRequestException(
            $"{MaxTokens + reserved} tokens a text leave no room for words: {special + reserved} are special tokens.");
    }

    private Tokenizer LoadTokenizer()
    {
        lock (_loading)
        {
            if (_tokenizer is not null)
                return _tokenizer;
            Tokenizer tokenizer = Tokenizer.LoadFolder(model.TokenizerFolder, model.LowerCase);
            if (tokenizer.VocabularySize > model.Card.VocabularySize)
            {
                throw new InvalidModelException(model.TokenizerFolder,
                    $"the tokenizer has ids up to {tokenizer.VocabularySize - 1}; the model takes 0 to "
                    + $"{model.Card.VocabularySize - 1}.");
            }
            int special = RequireRoom(tokenizer);
            if (model.Rules.DropsUnknown && UnknownToken.NameIn(model.TokenizerFolder) is { } name
                && tokenizer.TryGetId(name, out int id))
            {
                _unknown = id;
            }
            if (model.Rules.EndToken is { } end)
                _end = EndId(tokenizer, end, special);
            return _tokenizer = tokenizer;
        }
    }
}

/// <summary>A call's prompt, and how many tokens of it, special ones included, pooling leaves out.</summary>
internal readonly record struct PromptText(string Text, int Tokens);
