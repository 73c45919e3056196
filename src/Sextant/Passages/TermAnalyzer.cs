namespace Sextant.Passages;

/// <summary>What makes terms of a text, for BM25: queries and passages must be taken apart by the same one.</summary>
/// <remarks>Immutable and thread-safe. Its name is kept with an index, and means the same terms for ever.</remarks>
public sealed class TermAnalyzer
{
    private readonly Splitting _split;

    private TermAnalyzer(string name, Splitting split) => (Name, _split) = (name, split);

    private delegate void Splitting(ReadOnlySpan<char> text, ICollection<string> terms);

    /// <summary>Lower-cased words as they are: <see cref="WordTerms"/>. For any language.</summary>
    public static TermAnalyzer Words { get; } = new("words", WordTerms.Split);

    /// <summary>
    /// English words by their stems (Porter2), and besides what is joined by signs as it is written, such as
    /// <c>package.json</c>, <c>--dry-run</c> and <c>max_length</c>.
    /// </summary>
    public static TermAnalyzer English { get; } = new("english", EnglishTerms.Split);

    /// <summary>The names of all analyzers.</summary>
    public static IReadOnlyList<string> Names { get; } = [English.Name, Words.Name];

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The analyzer of a name, or null.</summary>
    public static TermAnalyzer? Named(string name) =>
        name == English.Name ? English : name == Words.Name ? Words : null;

    /// <summary>Adds the terms of a text, repetitions included, to <paramref name="terms"/>.</summary>
    public void Split(ReadOnlySpan<char> text, ICollection<string> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        _split(text, terms);
    }

    /// <summary>The terms of a text, repetitions included.</summary>
    public List<string> Terms(ReadOnlySpan<char> text)
    {
        var terms = new List<string>();
        _split(text, terms);
        return terms;
    }
}
