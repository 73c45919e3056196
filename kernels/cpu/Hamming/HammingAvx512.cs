using System.Runtime.Intrinsics;

namespace Sextant.Kernels.Hamming;

/// <summary>
/// The AVX-512 kernel: tables for many queries where there is VBMI and scratch memory, else half bytes.
/// </summary>
internal static unsafe class HammingAvx512
{
    public static void Run(in HammingArguments a)
    {
        if (a.Scratch != null && InstructionSets.HasByteShuffles && a.QueryCount >= HammingBatchVbmi.LeastQueries
            && a.Words <= HammingBatchVbmi.MostWords)
        {
            HammingBatchVbmi.Run(a);
            return;
        }
        HammingU1<BitAvx512Isa, Vector512<byte>>.Run(a);
    }
}
