namespace Sextant.Tokens;

/// <summary>
/// All added tokens of a tokenizer: those looked for in the raw text and those looked for in the normalised one.
/// </summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);

    internal AddedTokens(List<AddedToken> tokens, Func<string[], string[]> normalize)
    {
        List<(string, AddedToken)> raw = [];
        List<AddedToken> inNormalized = [];
        foreach (AddedToken token in tokens)
        {
            _byId[token.Id] = token;
            _byContent[token.Content] = token;
            HighestId = Math.Max(HighestId, token.Id);
        }
        // A content listed twice counts as it was listed last.
        foreach (AddedToken token in _byContent.Values)
        {
            if (token.Normalized)
                inNormalized.Add(token);
            else
                raw.Add((token.Content, token));
        }
        string[] patterns = normalize([.. inNormalized.Select(token => token.Content)]);
        List<(string, AddedToken)> normalized = [.. patterns.Zip(inNormalized)];
        (Raw, Normalized) = (new TokenMatcher(raw), new TokenMatcher(normalized));
        foreach ((string pattern, AddedToken token) in normalized)
        {
            WorkInParts &= !token.StripLeft && !token.StripRight && !pattern.AsSpan().Contains(' ');
        }
    }

    internal TokenMatcher Raw { get; }

    internal TokenMatcher Normalized { get; }

    /// <summary>Highest id, or −1.</summary>
    internal int HighestId { get; } = -1;

    /// <summary>
    /// Whether no token of the normalised text can reach over a space, so that a long text may be cut there.
    /// </summary>
    internal bool WorkInParts { get; } = true;

    internal bool TryGet(int id, out AddedToken token) => _byId.TryGetValue(id, out token!);

    internal bool TryGet(ReadOnlySpan<char> content, out AddedToken token) =>
        _byContent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(content, out token!);
}
