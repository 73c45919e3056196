using System.Collections.Concurrent;
using System.Numerics;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// Counts how a kernel's accesses to memory fall: turns of shared memory, which has 32 banks of four bytes and gives
/// one word of each bank in a turn (words of 8 bytes go by halves of a warp, those of 16 by quarters), and sectors of
/// 32 bytes of global memory. The shipped PTX says both exactly; how long a turn takes, it does not.
/// </summary>
/// <remarks>Devices that serve two quarters in one turn where their addresses allow it need fewer.</remarks>
internal sealed class PtxTraffic
{
    private const int Banks = 32, Word = 4, Sector = 32;

    private readonly ConcurrentDictionary<(string Kernel, string What), Count> _counts = new();

    /// <summary>What was counted of a kernel's accesses of a kind, such as "shared load".</summary>
    public Count Of(string kernel, string what) => _counts.GetValueOrDefault((kernel, what)) ?? new Count();

    /// <summary>The kernels that have run.</summary>
    public IEnumerable<string> Kernels => _counts.Keys.Select(key => key.Kernel).Distinct();

    /// <summary>One instruction of a warp.</summary>
    /// <param name="kernel">Whose.</param>
    /// <param name="what">Its kind: the word "shared" or "global" first.</param>
    /// <param name="addresses">By lane.</param>
    /// <param name="lanes">Those that take part.</param>
    /// <param name="bytes">Of each.</param>
    public void Add(string kernel, string what, ReadOnlySpan<ulong> addresses, uint lanes, int bytes)
    {
        Count count = _counts.GetOrAdd((kernel, what), _ => new Count());
        (int used, int least) = what.StartsWith("shared", StringComparison.Ordinal)
            ? Turns(addresses, lanes, bytes) : Sectors(addresses, lanes, bytes);
        lock (count)
        {
            count.Used += used;
            count.Least += least;
        }
    }

    private static (int Used, int Least) Turns(ReadOnlySpan<ulong> addresses, uint lanes, int bytes)
    {
        int together = Math.Min(PtxWarp.Threads, Banks * Word / bytes);
        (int used, int least) = (0, 0);
        var words = new HashSet<ulong>();
        Span<int> banks = stackalloc int[Banks];
        for (int first = 0; first < PtxWarp.Threads; first += together)
        {
            words.Clear();
            banks.Clear();
            for (int lane = first; lane < first + together; lane++)
            {
                if ((lanes >> lane & 1) == 0)
                    continue;
                for (int i = 0; i < bytes; i += Word)
                {
                    if (words.Add((addresses[lane] + (ulong)i) / Word))
                        banks[(int)((addresses[lane] + (ulong)i) / Word % Banks)]++;
                }
            }
            int most = 0;
            foreach (int bank in banks)
                most = Math.Max(most, bank);
            used += most;
            least += most > 0 ? 1 : 0;
        }
        return (used, least);
    }

    private static (int Used, int Least) Sectors(ReadOnlySpan<ulong> addresses, uint lanes, int bytes)
    {
        var sectors = new HashSet<ulong>();
        var all = new HashSet<ulong>();
        for (uint left = lanes; left != 0; left &= left - 1)
        {
            ulong address = addresses[BitOperations.TrailingZeroCount(left)];
            sectors.Add(address / Sector);
            all.Add(address);
        }
        return (sectors.Count, ((all.Count * bytes) + Sector - 1) / Sector);
    }

    /// <summary>Turns or sectors: as many as there were, and as few as the same bytes could have taken.</summary>
    internal sealed class Count
    {
        public long Used { get; set; }

        public long Least { get; set; }
    }
}
