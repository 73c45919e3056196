namespace Sextant.Indexes;

/// <summary>A whole number or a number, compared by its value and not by what it is kept in.</summary>
internal readonly record struct FilterNumber(bool IsReal, long Whole, double Real)
{
    private const double TwoTo63 = 9223372036854775808.0;

    public static FilterNumber Of(long number) => new(false, number, 0);

    public static FilterNumber Of(double number) => new(true, 0, number);

    /// <summary>Below 0, 0 or above 0; null where one is no number.</summary>
    public static int? Compare(FilterNumber left, FilterNumber right)
    {
        if (double.IsNaN(left.Real) || double.IsNaN(right.Real))
            return null;
        return (left.IsReal, right.IsReal) switch
        {
            (false, false) => left.Whole.CompareTo(right.Whole),
            (true, true) => left.Real.CompareTo(right.Real),
            (false, true) => Compare(left.Whole, right.Real),
            _ => -Compare(right.Whole, left.Real),
        };
    }

    // Exact: a double beyond ±2⁶³ is beyond every long, any other one's whole part is a long.
    private static int Compare(long whole, double real)
    {
        if (real >= TwoTo63)
            return -1;
        if (real < -TwoTo63)
            return 1;
        long part = (long)real;
        return whole != part ? whole.CompareTo(part) : 0.0.CompareTo(real - part);
    }
}
