namespace Sextant.Tokens;

/// <summary>
/// The normalization forms of Unicode 9: decomposed (NFD, NFKD) with marks in canonical order, and composed again (NFC,
/// NFKC).
/// </summary>
/// <remarks>
/// Origins follow the reference: the code points of a decomposition share one origin; after reordering the origins are
/// dealt out in the order of the original text, so a moved mark carries the origin of the position it moved to; and a
/// composed code point has the origin of the first of those that it was composed of.
/// </remarks>
internal sealed class UnicodeForm(bool compatible, bool composed) : Normalizer
{
    // A code point of a run, its class and whether it is the first of its decomposition, packed so that a run needs
    // one array.
    private const int FirstFlag = 1 << 30, ClassShift = 21, CodePointMask = (1 << ClassShift) - 1;

    internal override bool WorksInParts => true;

    internal static void ReadNfc(ComponentFields fields, List<Normalizer> steps) => Read(fields, steps, false, true);

    internal static void ReadNfd(ComponentFields fields, List<Normalizer> steps) => Read(fields, steps, false, false);

    internal static void ReadNfkc(ComponentFields fields, List<Normalizer> steps) => Read(fields, steps, true, true);

    internal static void ReadNfkd(ComponentFields fields, List<Normalizer> steps) => Read(fields, steps, true, false);

    internal override bool LeavesAlone(NormalizedText text)
    {
        ReadOnlySpan<char> units = text.Units;
        char limit = (compatible, composed) switch
        {
            (true, _) => '\u009F',
            (false, true) => '\u02FF',
            _ => '\u00BF',
        };
        return !units.ContainsAnyExceptInRange('\0', limit)
            || (composed && !compatible && Compositions.IsStable(units));
    }

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        Span<int> parts = stackalloc int[Compositions.LongestDecomposition];
        var output = new FormOutput(source, destination, composed);
        int pending = 0;
        int[] run = destination.Scratch;
        for (int i = 0; i < units.Length;)
        {
            int codePoint = CodePoints.Next(units, ref i);
            int count = compatible ? Compositions.Decompose(codePoint, parts) : CodePoints.Decompose(codePoint, parts);
            for (int part = 0; part < count; part++)
            {
                int combining = CodePoints.CombiningClassOf(parts[part]);
                if (combining == 0)
                    Flush(run, ref pending, ref output);
                if (pending + 1 > run.Length)
                    Array.Resize(ref run, run.Length * 2);
                run[pending++] = parts[part] | combining << ClassShift | (part == 0 ? FirstFlag : 0);
            }
        }
        Flush(run, ref pending, ref output);
        output.Complete();
        destination.Scratch = run;
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        return true;
    }

    private static void Read(ComponentFields fields, List<Normalizer> steps, bool compatible, bool composed)
    {
        fields.Expect();
        steps.Add(new UnicodeForm(compatible, composed));
    }

    // A run is a starter and the marks after it, or marks alone.
    private static void Flush(int[] run, ref int pending, ref FormOutput output)
    {
        int marks = pending > 0 && ClassOf(run[0]) == 0 ? 1 : 0;
        if (pending - marks > 1)
            Order(run.AsSpan(marks, pending - marks));
        for (int i = 0; i < pending; i++)
        {
            int codePoint = run[i] & CodePointMask;
            output.Add(codePoint, ClassOf(run[i]), (run[i] & FirstFlag) != 0 ? 0 : 1);
        }
        pending = 0;
    }

    private static int ClassOf(int packed) => (packed >> ClassShift) & 0xFF;

    // Stable by class. Runs are almost always two or three long; a hostile one of a million marks is counted, not
    // inserted.
    private static void Order(Span<int> run)
    {
        if (run.Length > 64)
        {
            OrderByCounting(run);
            return;
        }
        for (int i = 1; i < run.Length; i++)
        {
            int moved = run[i], position = i;
            for (; position > 0 && ClassOf(run[position - 1]) > ClassOf(moved); position--)
                run[position] = run[position - 1];
            run[position] = moved;
        }
    }

    private static void OrderByCounting(Span<int> run)
    {
        Span<int> next = stackalloc int[256];
        next.Clear();
        bool ordered = true;
        for (int i = 0; i < run.Length; i++)
        {
            next[ClassOf(run[i])]++;
            ordered &= i == 0 || ClassOf(run[i - 1]) <= ClassOf(run[i]);
        }
        if (ordered)
            return;
        for (int value = 0, start = 0; value < 256; value++)
            (next[value], start) = (start, start + next[value]);
        int[] copy = System.Buffers.ArrayPool<int>.Shared.Rent(run.Length);
        run.CopyTo(copy);
        for (int i = 0; i < run.Length; i++)
            run[next[ClassOf(copy[i])]++] = copy[i];
        System.Buffers.ArrayPool<int>.Shared.Return(copy);
    }
}
