using Sextant.Cli.Arguments;
using Sextant.Passages;

namespace Sextant.Cli.Outputs;

/// <summary>Counts what a walk over files left out, and says it in a line, or all of it.</summary>
/// <param name="listed">Where to say each at once, with its reason; null: the counts are enough.</param>
internal sealed class SkippedSummary(Terminal? listed = null)
{
    private const int MaxDetails = 5;

    /// <summary>The flag that asks for the list.</summary>
    public static readonly Flag ListFlag = new(
        "--list-skipped", "", "Name each file and folder that is skipped, and why, on standard error.");

    private readonly int[] _counts = new int[Enum.GetValues<SkipReason>().Length];
    private readonly List<SkippedPath> _unreadable = [];

    /// <summary>Counts one.</summary>
    public void Add(SkippedPath skipped)
    {
        _counts[(int)skipped.Reason]++;
        if (listed is not null)
        {
            string detail = skipped.Detail.Length > 0 ? $" ({skipped.Detail})" : "";
            listed.Error.WriteLine($"{listed.Program}: skipped {skipped.Path}: {Word(skipped.Reason)}{detail}");
        }
        else if (skipped.Reason == SkipReason.Unreadable && _unreadable.Count < MaxDetails)
            _unreadable.Add(skipped);
    }

    /// <summary>Writes the counts, and the paths that could not be read; nothing where nothing was left out.</summary>
    public void WriteTo(TextWriter error, string verb)
    {
        int total = _counts.Sum();
        if (total == 0)
            return;
        IEnumerable<string> parts = Enum.GetValues<SkipReason>()
            .Where(reason => _counts[(int)reason] > 0)
            .Select(reason => FormattableString.Invariant($"{_counts[(int)reason]} {Word(reason)}"));
        error.WriteLine(FormattableString.Invariant(
            $"{verb}: skipped {total} files and folders: {string.Join(", ", parts)}"));
        foreach (SkippedPath one in _unreadable)
            error.WriteLine(
                $"{verb}: could not read {one.Path}: {one.Detail}");
    }

    private static string Word(SkipReason reason) => reason switch
    {
        SkipReason.Binary => "binary",
        SkipReason.NotUnicode => "not in the encoding of text (--text-encoding)",
        SkipReason.Empty => "empty",
        SkipReason.Hidden => "hidden",
        SkipReason.BuildFolder => "build folders",
        SkipReason.Link => "links",
        _ => "unreadable",
    };
}
