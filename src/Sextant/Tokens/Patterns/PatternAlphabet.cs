using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>
/// Code points in classes that a pattern cannot tell apart, so that an automaton needs a column per class only.
/// </summary>
internal sealed class PatternAlphabet
{
    private const int PageBits = 8, PageLength = 1 << PageBits;
    private const int TableSteps = 1 << 14;

    // Of each page of 256 code points: where its classes begin in the pool.
    private readonly ushort[] _pages = new ushort[(CodePoints.Last + 1) / PageLength];
    private readonly byte[] _pool;

    /// <exception cref="PatternException">There are too many classes.</exception>
    internal PatternAlphabet(IReadOnlyList<CodePointSet> sets, PatternWork work)
    {
        // A table of all code points is made.
        work.Take(TableSteps);
        var borders = new SortedSet<int> { 0 };
        foreach (CodePointSet set in sets)
        {
            work.Take(set.Ranges.Length);
            foreach ((int first, int last) in set.Ranges)
            {
                borders.Add(first);
                borders.Add(last + 1);
            }
        }
        int[] starts = [.. borders.Where(border => border <= CodePoints.Last)];
        work.Take((long)starts.Length * sets.Count);
        (byte[] kinds, Samples) = Kinds(sets, starts);
        _pool = Pages(starts, kinds);
    }

    /// <summary>A code point of each class.</summary>
    internal int[] Samples { get; }

    /// <summary>Number of classes; one more column stands for the edge of the text.</summary>
    internal int Count => Samples.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int ClassOf(int codePoint) =>
        _pool[(_pages[codePoint >> PageBits] << PageBits) + (codePoint & (PageLength - 1))];

    // The class of each stretch between borders, and a code point of each class.
    private static (byte[] Kinds, int[] Samples) Kinds(IReadOnlyList<CodePointSet> sets, int[] starts)
    {
        var classes = new Dictionary<string, byte>(StringComparer.Ordinal);
        var samples = new List<int>();
        byte[] kinds = new byte[starts.Length];
        char[] members = new char[sets.Count];
        for (int i = 0; i < starts.Length; i++)
        {
            for (int set = 0; set < members.Length; set++)
                members[set] = sets[set].Contains(starts[i]) ? '1' : '0';
            string key = new(members);
            if (!classes.TryGetValue(key, out kinds[i]))
            {
                if (classes.Count == 250)
                    throw new PatternException("more than 250 kinds of code points");
                classes[key] = kinds[i] = (byte)classes.Count;
                samples.Add(starts[i]);
            }
        }
        return (kinds, [.. samples]);
    }

    // Equal pages are kept once; most of Unicode is pages of one class.
    private byte[] Pages(int[] starts, byte[] kinds)
    {
        var pool = new List<byte>();
        var known = new Dictionary<string, ushort>(StringComparer.Ordinal);
        Span<byte> classes = stackalloc byte[PageLength];
        Span<char> key = stackalloc char[PageLength];
        int stretch = 0;
        for (int page = 0; page < _pages.Length; page++)
        {
            int first = page << PageBits, end = first + PageLength, length = 0;
            while (stretch + 1 < starts.Length && starts[stretch + 1] <= first)
                stretch++;
            for (int i = stretch; length < PageLength; i++)
            {
                int stop = i + 1 < starts.Length ? Math.Min(starts[i + 1], end) - first : PageLength;
                classes[length..stop].Fill(kinds[i]);
                length = stop;
            }
            bool isUniform = !classes.ContainsAnyExcept(classes[0]);
            ReadOnlySpan<char> name = key[..(isUniform ? 1 : PageLength)];
            for (int i = 0; i < name.Length; i++)
                key[i] = (char)classes[i];
            if (!known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ushort position))
            {
                known[name.ToString()] = position = (ushort)known.Count;
                pool.AddRange(classes);
            }
            _pages[page] = position;
        }
        return [.. pool];
    }
}
