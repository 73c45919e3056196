namespace Sextant.Tokens;

/// <summary>Puts tokens together to a text, alone or as one step of several.</summary>
internal abstract class Decoder
{
    /// <summary>What the texts of tokens become; the results, joined, are the text.</summary>
    internal abstract List<string> Decode(List<string> tokens);
}
