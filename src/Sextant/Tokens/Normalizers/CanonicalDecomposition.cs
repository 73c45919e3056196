namespace Sextant.Tokens;

/// <summary>Normalization Form D of Unicode 9: full canonical decomposition, marks in canonical order.</summary>
/// <remarks>
/// Origins follow the reference: the code points of a decomposition share one origin, and after reordering the origins
/// are dealt out in the order of the original text, so a moved mark carries the origin of the place it moved to.
/// </remarks>
internal sealed class CanonicalDecomposition : Normalizer
{
    // A code point of a run, its class and whether it is the first of its decomposition, packed so that a run needs
    // one array.
    private const int FirstFlag = 1 << 30, ClassShift = 21, CodePointMask = (1 << ClassShift) - 1;

    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Allow();
        steps.Add(new CanonicalDecomposition());
    }

    internal override bool WorksInParts => true;

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        Span<int> parts = stackalloc int[4];
        int origin = 0, last = 0, pending = 0;
        int[] run = destination.Scratch;
        for (int i = 0; i < units.Length;)
        {
            if (units[i] < 0x80)
            {
                Flush(run, ref pending, source, destination, ref origin, ref last);
                destination.Append(units[i], source, i);
                last = i++;
                origin = i;
                continue;
            }
            int codePoint = CodePoints.Next(units, ref i);
            int count = CodePoints.Decompose(codePoint, parts);
            for (int part = 0; part < count; part++)
            {
                int combining = CodePoints.CombiningClassOf(parts[part]);
                if (combining == 0)
                    Flush(run, ref pending, source, destination, ref origin, ref last);
                if (pending + 1 > run.Length)
                    Array.Resize(ref run, run.Length * 2);
                run[pending++] = parts[part] | combining << ClassShift | (part == 0 ? FirstFlag : 0);
                if (combining == 0)
                    Flush(run, ref pending, source, destination, ref origin, ref last);
            }
        }
        Flush(run, ref pending, source, destination, ref origin, ref last);
        destination.Scratch = run;
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        return true;
    }

    private static void Flush(
        int[] run, ref int pending, NormalizedText source, NormalizedText destination, ref int origin, ref int last)
    {
        if (pending == 0)
            return;
        if (pending > 1)
            Order(run.AsSpan(0, pending));
        ReadOnlySpan<char> units = source.Units;
        for (int i = 0; i < pending; i++)
        {
            if ((run[i] & FirstFlag) != 0)
            {
                last = origin;
                _ = CodePoints.Next(units, ref origin);
            }
            destination.Append(run[i] & CodePointMask, source, last);
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
            int moved = run[i], place = i;
            for (; place > 0 && ClassOf(run[place - 1]) > ClassOf(moved); place--)
                run[place] = run[place - 1];
            run[place] = moved;
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
