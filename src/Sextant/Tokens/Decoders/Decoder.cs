namespace Sextant.Tokens;

/// <summary>Puts tokens together to a text.</summary>
internal abstract class Decoder
{
    internal abstract string Decode(List<string> tokens);
}
