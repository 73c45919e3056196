using System.Runtime.InteropServices;

namespace Sextant.Kernels.X64;

/// <summary>Executable memory on Windows.</summary>
internal static unsafe partial class WindowsCodePages
{
    private const uint CommitAndReserve = 0x3000;
    private const uint ReadWrite = 0x04;
    private const uint ExecuteRead = 0x20;
    private const uint Release = 0x8000;

    /// <summary>The code's address; null where the system says no, with what it said.</summary>
    public static byte* TryMap(ReadOnlySpan<byte> code, out string? problem)
    {
        var address = (byte*)Allocate(null, (nuint)code.Length, CommitAndReserve, ReadWrite);
        if (address == null)
        {
            problem = $"VirtualAlloc: error {Marshal.GetLastPInvokeError()}";
            return null;
        }
        code.CopyTo(new Span<byte>(address, code.Length));
        uint before;
        if (Protect(address, (nuint)code.Length, ExecuteRead, &before) == 0)
        {
            problem = $"VirtualProtect to execute and read: error {Marshal.GetLastPInvokeError()}";
            _ = Free(address, 0, Release);
            return null;
        }
        _ = Flush(CurrentProcess(), address, (nuint)code.Length);
        problem = null;
        return address;
    }

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    private static partial void* Allocate(void* address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, uint protection, uint* before);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree", SetLastError = true)]
    private static partial int Free(void* address, nuint length, uint type);

    [LibraryImport("kernel32", EntryPoint = "FlushInstructionCache")]
    private static partial int Flush(nint process, void* address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "GetCurrentProcess")]
    private static partial nint CurrentProcess();
}
