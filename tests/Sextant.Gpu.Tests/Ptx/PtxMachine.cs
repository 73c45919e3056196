namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// Runs kernels from their PTX, one instruction after the other, by what the PTX ISA says of each. Not a GPU: it knows
/// only the instructions that our kernels have and says nothing of speed. It refuses what a kernel must not do: bytes
/// outside of allocations or badly aligned, shared bytes that nobody wrote or that two threads touch without a
/// barrier between, barriers and instructions of a warp that not all threads come to.
/// </summary>
internal static class PtxMachine
{
    /// <param name="function">The kernel.</param>
    /// <param name="memory">What its pointers point into.</param>
    /// <param name="blocks">Blocks of the grid.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="moreShared">Bytes of shared memory that the launch asks for.</param>
    /// <param name="parameters">A value for each parameter, in its low bits.</param>
    /// <param name="traffic">What counts the accesses to memory; null: nothing does.</param>
    /// <exception cref="PtxFault">The kernel does what it must not.</exception>
    public static void Run(
        PtxFunction function, PtxMemory memory, long blocks, int threads, int moreShared, ulong[] parameters,
        PtxTraffic? traffic = null)
    {
        if (parameters.Length != function.Parameters.Length || threads < 1 || blocks < 1
            || (function.MaxThreads > 0 && threads > function.MaxThreads)
            || (moreShared > 0 && !function.TakesMoreShared))
        {
            throw new PtxFault(
                $"{function.Name} is launched with {parameters.Length} arguments, {blocks} × {threads}");
        }
        try
        {
            Parallel.For(
                0, blocks, () => new PtxBlock(function, memory, parameters, threads, moreShared, traffic),
                (block, _, worker) =>
                {
                    worker.Run(block, blocks);
                    return worker;
                },
                _ => { });
        }
        catch (AggregateException several)
        {
            throw several.InnerExceptions.OfType<PtxFault>().FirstOrDefault() ?? (Exception)several;
        }
    }
}
