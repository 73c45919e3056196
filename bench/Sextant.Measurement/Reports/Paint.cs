namespace Sextant.Measurement.Reports;

/// <summary>A colour of the page and what it stands for.</summary>
/// <param name="Colour">A number of the page's variables --c0 … --c7.</param>
/// <param name="Meaning">The legend's words.</param>
internal sealed record Paint(int Colour, string Meaning)
{
    /// <summary>What the arithmetic bounds, or a ceiling of arithmetic.</summary>
    public static readonly Paint Arithmetic = new(0, "arithmetic");

    /// <summary>Where nothing is distinguished.</summary>
    public static readonly Paint Plain = new(0, "");

    private static readonly string[] s_levels = ["L1", "L2", "L3", "DRAM"];

    /// <summary>A level of the memory: always the same colour, in bars, lines and points.</summary>
    /// <param name="level">Its name; the caches of a device have names of their own.</param>
    public static Paint Memory(string level)
    {
        int i = Array.IndexOf(s_levels, level);
        return new Paint(i >= 0 ? 1 + i : 6, level.Length > 0 ? level : "memory");
    }
}
