using Sextant.Measurement.Sampling;
using Sextant.Tokens;

namespace Sextant.Measurement.Models;

/// <summary>Texts to token ids.</summary>
internal sealed class TokenizeSubject(Tokenizer tokenizer, string[] texts) : Subject
{
    private readonly TokenBuffer _buffer = new();

    public override void Run()
    {
        foreach (string text in texts)
            tokenizer.Encode(text, _buffer);
    }
}
