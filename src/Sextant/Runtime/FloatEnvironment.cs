using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sextant.Runtime;

/// <summary>
/// How a thread's processor rounds, and whether it keeps denormals. kernels/NUMERICS.md needs what every program begins
/// with: rounding to nearest, denormals kept.
/// </summary>
/// <remarks>
/// A native library that was compiled for speed, or a host that is not .NET, may change it for a thread, and threads
/// inherit it from the one that starts them. All results would then be other bits, and with several threads different
/// ones each time. Looking costs some nanoseconds. On Linux a call sets the thread right and puts back what it found;
/// elsewhere it is refused.
/// </remarks>
internal static unsafe class FloatEnvironment
{
    // The C library's names for what programs begin with; the same in glibc and musl.
    private const nint Default = -1;

    // Of an fenv_t: it has 32 bytes on x64 and 8 on ARM64.
    private const int MaxBytes = 64;

    private static readonly (nint Get, nint Set) s_functions = Find();

    /// <summary>Whether this thread rounds to nearest and keeps denormals.</summary>
    public static bool IsStandard => Holds(1f, 5.9604645e-8f, 1.17549435e-38f, 1.7632415e-38f);

    /// <summary>Sets the calling thread right until what is returned is disposed, on the same thread.</summary>
    /// <exception cref="UnsupportedRequestException">It cannot be set right on this platform.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Standard Enter() => new(IsStandard ? null : Change());

    /// <summary>Sets a thread of our own right, for as long as it lives, where that can be done.</summary>
    public static void EnterForever()
    {
        if (!IsStandard && s_functions.Set != 0)
            _ = ((delegate* unmanaged<nint, int>)s_functions.Set)(Default);
    }

    // One, half of its last place, the smallest number that is no denormal, and half as much again. Parameters, since a
    // compiler would compute with constants as it was itself started. Downwards, upwards and towards zero each change
    // one of the first three sums; of the other two, one comes out a denormal and one takes them. No products: those of
    // denormals take processors a hundred cycles, where sums take four.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Holds(float one, float small, float smallest, float wider)
    {
        float next = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(one) + 1);
        float denormal = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(smallest) / 2);
        return one + small == one
            && -one - small == -one
            && next + small > next
            && BitConverter.SingleToInt32Bits(wider - smallest) != 0
            && BitConverter.SingleToInt32Bits(denormal + denormal) != 0;
    }

    // Returns what was found, in memory that Restore frees.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* Change()
    {
        (nint get, nint set) = s_functions;
        if (set != 0)
        {
            byte* saved = (byte*)NativeMemory.Alloc(MaxBytes);
            if (((delegate* unmanaged<byte*, int>)get)(saved) == 0)
            {
                _ = ((delegate* unmanaged<nint, int>)set)(Default);
                if (IsStandard)
                    return saved;
            }
            NativeMemory.Free(saved);
        }
        throw new UnsupportedRequestException(
            "this thread's processor does not round to nearest or does not keep denormal numbers (a native library or "
            + "the host has changed that), so results would have other bits than everywhere else, and it cannot be set "
            + "right on this platform. Call from another thread.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Restore(byte* saved)
    {
        _ = ((delegate* unmanaged<byte*, int>)s_functions.Set)(saved);
        NativeMemory.Free(saved);
    }

    private static (nint Get, nint Set) Find()
    {
        if (!OperatingSystem.IsLinux())
            return default;
        // glibc has them in its library of mathematics, musl in the only one.
        foreach (string name in (string[])["libm.so.6", "libc"])
        {
            if (NativeLibrary.TryLoad(name, out nint library)
                && NativeLibrary.TryGetExport(library, "fegetenv", out nint get)
                && NativeLibrary.TryGetExport(library, "fesetenv", out nint set))
                return (get, set);
        }
        return default;
    }

    /// <summary>A thread that was looked at; disposing puts back what was changed.</summary>
    public readonly ref struct Standard(byte* saved)
    {
        private readonly byte* _saved = saved;

        /// <summary>Puts back what was found.</summary>
        public void Dispose()
        {
            if (_saved != null)
                Restore(_saved);
        }
    }
}
