namespace Sextant.Tokens;

/// <summary>
/// The token for what a model cannot spell. As in the reference, a vocabulary may lack it until a text needs it.
/// </summary>
internal sealed class UnknownWord
{
    private readonly string _file;
    private readonly string _token;
    private readonly int _id;

    internal UnknownWord(Vocabulary vocabulary, string token, string file)
    {
        (_file, _token) = (file, ComponentFields.Short(token));
        _id = vocabulary.TryGetId(token, out int id) ? id : -1;
    }

    /// <summary>Whether the vocabulary has it.</summary>
    internal bool IsThere => _id >= 0;

    /// <summary>Its id, or −1.</summary>
    internal int Id => _id;

    /// <summary>Its id, for a text that cannot do without.</summary>
    /// <exception cref="InvalidModelException">The vocabulary lacks it.</exception>
    internal int IdFor(ReadOnlySpan<char> text) => _id >= 0 ? _id : throw new InvalidModelException(_file,
        $"the unknown token '{_token}' is not in the vocabulary, and the text "
        + $"'{ComponentFields.Short(text[..Math.Min(text.Length, 61)].ToString())}' needs it; "
        + "texts of known words are accepted.");
}
