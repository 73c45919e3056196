namespace Sextant.Tests;

/// <summary>How much a piece of work allocates once the runtime has optimised it.</summary>
internal static class Allocations
{
    /// <summary>
    /// Bytes of the first round that allocates at most <paramref name="accepted"/>, or of the fortieth. Code that is
    /// not optimised yet boxes some structures, and a busy machine optimises late; what allocates at every round shows.
    /// </summary>
    public static long WhenSteady(Action round, long accepted = 0)
    {
        long allocated = long.MaxValue;
        for (int i = 0; i < 40 && allocated > accepted; i++)
        {
            if (i > 0)
                Thread.Sleep(5);
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return allocated;
    }
}
