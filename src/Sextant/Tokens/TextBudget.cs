using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>
/// What the steps of a tokenizer may make of one text: how long it may become, and how much work it may take. A file
/// whose steps need more than that is hostile or damaged, and is refused when a text shows it.
/// </summary>
/// <remarks>
/// The limits are far above what published tokenizers need: Unicode's longest decomposition gives 18 code points for
/// one, which a byte-level step makes 36 letters, and a pattern looks at a unit a few times. They count from the length
/// of the text, so they depend neither on what was encoded before nor on the machine. Not for two threads at once.
/// </remarks>
internal sealed class TextBudget
{
    /// <summary>Units that any text may grow to.</summary>
    internal const int MinUnits = 1 << 16;

    /// <summary>Units that a text may grow to for each of its own, beside <see cref="MinUnits"/>.</summary>
    internal const int UnitsPerUnit = 64;

    /// <summary>Steps that any text may take: a unit read or written, by a pattern or otherwise, is one.</summary>
    internal const long MinSteps = 1 << 24;

    /// <summary>Steps that a text may take for each of its units, beside <see cref="MinSteps"/>.</summary>
    internal const long StepsPerUnit = 1024;

    // No array may be much longer.
    private const int LongestText = 1 << 30;

    private string _file = "";
    private long _length;
    private long _steps = MinSteps;

    /// <summary>Units that the text, or the part of it that is worked on, may have between two steps.</summary>
    internal int UnitLimit { get; private set; } = MinUnits;

    /// <summary>Starts with a text of <paramref name="length"/> units.</summary>
    internal void Begin(string file, long length)
    {
        (_file, _length) = (file, length);
        _steps = MinSteps + StepsPerUnit * length;
        BeginPart(length);
    }

    /// <summary>Goes on with a part of the text.</summary>
    internal void BeginPart(long length) =>
        UnitLimit = (int)Math.Min(LongestText, MinUnits + UnitsPerUnit * length);

    /// <summary>Counts work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Take(long steps)
    {
        _steps -= steps;
        if (_steps < 0)
            throw TooMuchWork();
    }

    /// <summary>Refuses a text that has become too long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CheckLength(long units)
    {
        if (units > UnitLimit)
            throw TooLong();
    }

    private InvalidModelException TooLong() => new(_file, FormattableString.Invariant(
        $"its steps make more than {UnitLimit} UTF-16 units of a text; {MinUnits} and {UnitsPerUnit} for each unit ")
        + "of the text are accepted.");

    private InvalidModelException TooMuchWork() => new(_file, FormattableString.Invariant(
        $"its steps take too much work for a text of {_length} UTF-16 units; reading or writing {MinSteps} units ")
        + FormattableString.Invariant($"and {StepsPerUnit} for each unit of the text is accepted."));
}
