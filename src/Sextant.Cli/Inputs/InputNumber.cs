namespace Sextant.Cli.Inputs;

/// <summary>A model counts the texts of a batch; the user counts those of the input.</summary>
internal static class InputNumber
{
    /// <summary>The same problem with the text's number in the whole input.</summary>
    /// <param name="problem">What the model says.</param>
    /// <param name="before">Texts before the batch.</param>
    public static Exception InWholeInput(SextantException problem, long before)
    {
        (string kind, int? position) = problem switch
        {
            TextTooLongException one => ("text", one.Index),
            NonFiniteEmbeddingException one => ("text", one.Index),
            InvalidTokensException one => ("sequence", one.Index),
            _ => ("", (int?)null),
        };
        if (position is null)
            return problem;
        string found = FormattableString.Invariant($"{kind} {position}:");
        string meant = FormattableString.Invariant($"{kind} {before + position}:");
        return problem.Message.StartsWith(found, StringComparison.Ordinal)
            ? new InputException(meant + problem.Message[found.Length..])
            : problem;
    }
}
