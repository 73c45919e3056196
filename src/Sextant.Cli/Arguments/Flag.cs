namespace Sextant.Cli.Arguments;

/// <summary>A flag of a verb, and its line in the help.</summary>
/// <param name="Name">With its dashes: --model or -k.</param>
/// <param name="Value">What its value is called in the help, such as DIR; empty for a switch, which takes none.</param>
/// <param name="Help">What it does, its default included.</param>
/// <param name="Repeats">Whether it may be given more than once.</param>
internal sealed record Flag(string Name, string Value, string Help, bool Repeats = false)
{
    /// <summary>
    /// Whether an empty value says something: no text. Elsewhere it is a script's variable without a value.
    /// </summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Whether it stands alone: that it is given is all it says.</summary>
    public bool IsSwitch => Value.Length == 0;
}
