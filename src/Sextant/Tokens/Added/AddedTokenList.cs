namespace Sextant.Tokens;

/// <summary>
/// Numbers added tokens as the reference does: a token that the vocabulary has keeps its id there, the others are
/// numbered on, from the number of tokens. Where that hits an id that is taken, the file is refused.
/// </summary>
internal sealed class AddedTokenList(string file, Vocabulary vocabulary)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private int _next = vocabulary.Count;

    /// <summary>The tokens in the order in which they were added; of equal contents the last one counts.</summary>
    internal List<AddedToken> Tokens { get; } = [];

    /// <summary>Whether a content was added.</summary>
    internal bool Contains(string content) => _ids.ContainsKey(content);

    /// <summary>Whether the vocabulary has a content, or it was added.</summary>
    internal bool IsKnown(string content) => Contains(content) || vocabulary.TryGetId(content, out _);

    /// <summary>Adds a token, or other flags for one that is there; an empty one is none.</summary>
    internal void Add(AddedTokenFlags flags)
    {
        string content = flags.Content;
        if (content.Length == 0)
            return;
        if (!vocabulary.TryGetId(content, out int id) && !_ids.TryGetValue(content, out id))
        {
            id = _next;
            if (id >= VocabularyBuilder.IdLimit || vocabulary.Contains(id))
            {
                throw new InvalidModelException(file, $"added token '{ComponentFields.Short(content)}' is not in "
                    + $"the vocabulary and would get id {id}, which is taken or too large; "
                    + "a vocabulary without gaps is needed.");
            }
        }
        _next = Math.Max(_next, id + 1);
        _ids[content] = id;
        Tokens.Add(new AddedToken(content, id, flags.Special, flags.Normalized, flags.SingleWord, flags.StripLeft,
            flags.StripRight));
    }
}

/// <summary>An added token as files describe it, before it has its id.</summary>
internal sealed record AddedTokenFlags(
    string Content, bool Special, bool Normalized, bool SingleWord, bool StripLeft, bool StripRight)
{
    /// <summary>A special token of which nothing but its text is known.</summary>
    internal static AddedTokenFlags SpecialToken(string content) => new(content, true, false, false, false, false);

    /// <summary>The content and flags of a token.</summary>
    internal static AddedTokenFlags Of(AddedToken token) => new(
        token.Content, token.Special, token.Normalized, token.SingleWord, token.StripLeft, token.StripRight);
}
