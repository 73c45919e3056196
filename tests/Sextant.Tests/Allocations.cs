using System.Diagnostics;

namespace Sextant.Tests;

/// <summary>How much a piece of work allocates once the runtime has optimised it.</summary>
internal static class Allocations
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes of the first round that allocates at most <paramref name="accepted"/>, or of the last one in half a
    /// minute. Code that is not optimised yet boxes some structures, and the runtime optimises nothing while methods
    /// are still called for the first time anywhere in the process; what allocates at every round shows.
    /// </summary>
    public static long WhenSteady(Action round, long accepted = 0)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated <= accepted || watch.Elapsed > Longest)
                return allocated;
            Thread.Sleep(5);
        }
    }
}
