using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.GemmInt8;

/// <summary>Rows of bytes as 16-bit integers without their zero point: of each group inputs 0, 2, 1, 3.</summary>
internal static unsafe class WordRows
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prepare(byte* row, int offset, int groups, short* to)
    {
        int group = 0;
        if (Sse2.IsSupported)
        {
            Vector128<short> offsets = Vector128.Create((short)offset);
            for (; group <= groups - 4; group += 4)
            {
                Vector128<short> bytes = Vector128.Load(row + 4 * group).AsInt16();
                Vector128<int> even = ((bytes & Vector128.Create((short)0xFF)) + offsets).AsInt32();
                Vector128<int> odd = (Vector128.ShiftRightLogical(bytes, 8) + offsets).AsInt32();
                Sse2.UnpackLow(even, odd).AsInt16().Store(to + 4 * group);
                Sse2.UnpackHigh(even, odd).AsInt16().Store(to + 4 * group + 8);
            }
        }
        for (; group < groups; group++)
        {
            byte* q = row + 4 * group;
            short* words = to + 4 * group;
            words[0] = (short)(q[0] + offset);
            words[1] = (short)(q[2] + offset);
            words[2] = (short)(q[1] + offset);
            words[3] = (short)(q[3] + offset);
        }
    }
}
