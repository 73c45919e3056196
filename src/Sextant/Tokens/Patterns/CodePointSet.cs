namespace Sextant.Tokens;

/// <summary>A set of code points, as sorted ranges that do not touch. Immutable.</summary>
internal sealed class CodePointSet
{
    private readonly (int First, int Last)[] _ranges;

    private CodePointSet((int, int)[] ranges) => _ranges = ranges;

    internal static CodePointSet Empty { get; } = new([]);

    internal static CodePointSet All { get; } = new([(0, CodePoints.Last)]);

    internal ReadOnlySpan<(int First, int Last)> Ranges => _ranges;

    internal bool IsEmpty => _ranges.Length == 0;

    internal static CodePointSet Of(int codePoint) => new([(codePoint, codePoint)]);

    /// <summary>The set of ranges in any order, which may overlap.</summary>
    internal static CodePointSet Of(List<(int First, int Last)> ranges)
    {
        var sorted = new List<(int First, int Last)>(ranges);
        sorted.Sort();
        var merged = new List<(int First, int Last)>(sorted.Count);
        foreach ((int first, int last) in sorted)
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else
                merged.Add((first, last));
        }
        return new CodePointSet([.. merged]);
    }

    /// <summary>The set of a table such as "41-5A 61", or with values "41-5A:Lu 61:Ll" those of one value.</summary>
    internal static CodePointSet Read(ReadOnlySpan<byte> table, Func<string, bool>? value = null)
    {
        var ranges = new List<(int, int)>();
        foreach ((int first, int last, string kind) in CodePoints.Ranges(table))
        {
            if (value is null || value(kind))
                ranges.Add((first, last));
        }
        return Of(ranges);
    }

    internal bool Contains(int codePoint)
    {
        int low = 0, high = _ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ranges[middle].Last < codePoint)
                low = middle + 1;
            else
                high = middle;
        }
        return low < _ranges.Length && _ranges[low].First <= codePoint;
    }

    internal CodePointSet Union(CodePointSet other) => Of([.. _ranges, .. other._ranges]);

    internal CodePointSet Complement()
    {
        var ranges = new List<(int, int)>(_ranges.Length + 1);
        int next = 0;
        foreach ((int first, int last) in _ranges)
        {
            if (first > next)
                ranges.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= CodePoints.Last)
            ranges.Add((next, CodePoints.Last));
        return new CodePointSet([.. ranges]);
    }

    /// <summary>The code points in exactly one of two sets.</summary>
    internal CodePointSet Difference(CodePointSet other) =>
        Complement().Union(other).Complement().Union(other.Complement().Union(this).Complement());
}
