using Sextant.Extensions.Tokenizers;
using Sextant.Tokens;

namespace Sextant;

/// <summary>Tokenizers as Microsoft.ML.Tokenizers sees them.</summary>
public static class TokenizerExtensions
{
    /// <summary>
    /// The tokenizer as the type that chunkers and other .NET libraries take, so that they count with the model's own
    /// tokens. Thread-safe.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Offsets and indices are UTF-16 units of the text as it was given, and no normalised text is returned: a caller
    /// can always cut its own text by them. What <c>considerNormalization: false</c> is asked for is therefore always
    /// so. The steps of a tokenizer belong to its model, which knows no other tokens, so they are always taken:
    /// neither that flag nor <c>considerPreTokenization</c> changes an id.
    /// </para>
    /// <para>
    /// An index by token count never lies inside a character, and what lies before it (from the end: after it) are
    /// the tokens that the whole text has there. Encoded alone, words that were cut may have others.
    /// </para>
    /// <para>Ids that no token has are invalid data when decoding, and special tokens are not decoded.</para>
    /// </remarks>
    /// <param name="tokenizer">Used by any number of threads at once.</param>
    /// <param name="addSpecialTokens">
    /// Whether results have the special tokens of a single text ([CLS], [SEP]) and counts and limits include them.
    /// Without them, counts of parts add up; leave room for <see cref="Tokenizer.SpecialTokenCount"/>.
    /// </param>
    public static Microsoft.ML.Tokenizers.Tokenizer AsMLTokenizer(
        this Tokenizer tokenizer, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new SextantTokenizer(tokenizer, addSpecialTokens);
    }
}
