using System.Globalization;
using Sextant.Backends;

namespace Sextant.Cli.Arguments;

/// <summary>A flag as it was given. A class: lists of structures are compiled anew in each start of the tool.</summary>
internal sealed record FlagValue(Flag Flag, string Value);

/// <summary>What a command line says.</summary>
/// <param name="Texts">What is no flag, in order.</param>
/// <param name="Values">Flags with their values, in order.</param>
internal sealed record ArgumentValues(List<string> Texts, List<FlagValue> Values)
{
    /// <summary>What --device names, opened; null where it is not given.</summary>
    public Device? Device { get; init; }

    /// <summary>Says in a line what the user ought to know, on standard error.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>The value of a flag, or null.</summary>
    public string? Text(Flag flag)
    {
        foreach (FlagValue one in Values)
        {
            if (one.Flag == flag)
                return one.Value;
        }
        return null;
    }

    /// <summary>Whether a flag is given.</summary>
    public bool Has(Flag flag) => Text(flag) is not null;

    /// <summary>All values of a flag that may repeat.</summary>
    public List<string> All(Flag flag) => Values.FindAll(one => one.Flag == flag).ConvertAll(one => one.Value);

    /// <summary>A whole number in a range, or null.</summary>
    public int? Number(Flag flag, int least, int most)
    {
        string? text = Text(flag);
        if (text is null)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= least && number <= most)
        {
            return number;
        }
        throw new WrongUsageException(
            string.Create(CultureInfo.InvariantCulture,
                $"{flag.Name} is '{text}'; a whole number from {least} to {most} is needed"));
    }

    /// <summary>A number in a range, or null.</summary>
    public float? Fraction(Flag flag, float least, float most)
    {
        string? text = Text(flag);
        if (text is null)
            return null;
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
            && number >= least && number <= most)
        {
            return number;
        }
        throw new WrongUsageException(
            least == float.MinValue
                ? $"{flag.Name} is '{text}'; a number is needed"
                : string.Create(CultureInfo.InvariantCulture,
                    $"{flag.Name} is '{text}'; a number from {least} to {most} is needed"));
    }

    /// <summary>One of some words, or null.</summary>
    public string? Choice(Flag flag, params string[] words)
    {
        string? text = Text(flag);
        if (text is null || Array.IndexOf(words, text) >= 0)
            return text;
        throw new WrongUsageException(
            $"{flag.Name} is '{text}'{Spelling.Hint(text, words)}; accepted: {string.Join(", ", words)}");
    }
}
