namespace Sextant.Tokens;

/// <summary>Puts tokens together to a text, alone or as one step of several.</summary>
internal abstract class Decoder
{
    /// <summary>The same as <see cref="Decode"/>, within the limits of <paramref name="budget"/>.</summary>
    internal List<string> Run(List<string> tokens, TextBudget budget)
    {
        List<string> texts = Decode(tokens, budget);
        long units = 0;
        foreach (string text in texts)
            units += text.Length;
        budget.CheckLength(units);
        budget.Take(tokens.Count + units);
        return texts;
    }

    /// <summary>What the texts of tokens become; the results, joined, are the text.</summary>
    internal abstract List<string> Decode(List<string> tokens, TextBudget budget);
}
