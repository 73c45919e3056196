namespace Sextant;

/// <summary>
/// A text, a pair or a token sequence as the model will see it. Inputs that were encoded by different threads, with
/// different prompts and truncation, go into one call.
/// </summary>
/// <param name="Ids">Token ids, special tokens included.</param>
/// <param name="TypeIds">As many token type ids.</param>
/// <param name="Skip">Tokens at the start that pooling leaves out.</param>
/// <param name="Report">What became of the input.</param>
internal sealed record EncodedInput(int[] Ids, int[] TypeIds, int Skip, TextReport Report);

/// <summary>Inputs that are encoded already.</summary>
internal readonly struct EncodedInputs(IReadOnlyList<EncodedInput> inputs) : ICallInputs
{
    public int Count => inputs.Count;

    public void Begin(InputReader reader, EmbeddingSession session)
    {
    }

    public TextReport Add(InputReader reader, EmbeddingSession session, int index)
    {
        EncodedInput input = inputs[index];
        session.Sequences.Add(input.Ids, input.TypeIds, input.Skip);
        return input.Report;
    }
}
