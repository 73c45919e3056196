namespace Sextant.Tokens;

/// <summary>One step of normalisation: reads a text, writes another, and carries the origins along.</summary>
/// <remarks>A step has no state: the same instance serves all threads.</remarks>
internal abstract class Normalizer
{
    /// <summary>
    /// Writes the normalised <paramref name="source"/> to <paramref name="destination"/>, which is empty.
    /// </summary>
    internal abstract void Apply(NormalizedText source, NormalizedText destination);

    /// <summary>
    /// Whether a text certainly stays as it is: a quick look, to spare the copy. False says nothing.
    /// </summary>
    internal virtual bool LeavesAlone(NormalizedText text) => false;

    /// <summary>
    /// Whether a long text may be cut between an ASCII letter or digit and a space after it, and its parts normalised
    /// one by one.
    /// </summary>
    internal abstract bool WorksInParts { get; }

    /// <summary>
    /// What becomes of one ASCII unit in a text that is all ASCII: another ASCII unit, or −1 when it is dropped.
    /// False when the step does not work unit by unit on ASCII.
    /// </summary>
    internal abstract bool TryMapAscii(int unit, out int mapped);
}
