namespace Sextant.Models;

/// <summary>What a model wants of its texts' tokens beyond what its tokenizer says.</summary>
/// <param name="SpecialTokens">Whether the post-processor's special tokens are added.</param>
/// <param name="DropsUnknown">Whether the unknown token is left out.</param>
internal sealed record InputRules(bool SpecialTokens, bool DropsUnknown)
{
    /// <summary>
    /// A token that every text ends with, also where the tokenizer does not put it there; null for none.
    /// </summary>
    public string? EndToken { get; init; }

    /// <summary>As the tokenizer says.</summary>
    public static readonly InputRules Plain = new(SpecialTokens: true, DropsUnknown: false);

    /// <summary>
    /// What an architecture wants: static tables have no special tokens, and model2vec leaves unknown tokens out, which
    /// StaticEmbedding does not.
    /// </summary>
    public static InputRules Of(string architecture) => architecture switch
    {
        StaticTable.Model2Vec => new(SpecialTokens: false, DropsUnknown: true),
        StaticTable.Plain => new(SpecialTokens: false, DropsUnknown: false),
        _ => Plain,
    };
}
