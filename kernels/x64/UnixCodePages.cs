using System.Runtime.InteropServices;

namespace Sextant.Kernels.X64;

/// <summary>Executable memory on Linux and macOS.</summary>
internal static unsafe partial class UnixCodePages
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int Private = 2;

    /// <summary>The code's address; null where the system says no, with what it said.</summary>
    public static byte* TryMap(ReadOnlySpan<byte> code, out string? problem)
    {
        byte* address = TryProtect(code, out problem);
        if (address != null || !OperatingSystem.IsLinux())
            return address;
        // Some systems let no page become executable that was writable, but map a file of memory that is.
        address = TryFile(code, out string? other);
        problem = address == null ? $"{problem}; {other}" : null;
        return address;
    }

    /// <summary>Pages that are written, then made executable.</summary>
    internal static byte* TryProtect(ReadOnlySpan<byte> code, out string? problem)
    {
        int anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
        byte* address = (byte*)Map(null, (nuint)code.Length, Read | Write, Private | anonymous, -1, 0);
        if ((nint)address == -1)
        {
            problem = $"mmap: errno {Marshal.GetLastPInvokeError()}";
            return null;
        }
        code.CopyTo(new Span<byte>(address, code.Length));
        if (Protect(address, (nuint)code.Length, Read | Execute) == 0)
        {
            problem = null;
            return address;
        }
        problem = $"mprotect to read and execute: errno {Marshal.GetLastPInvokeError()}";
        _ = Unmap(address, (nuint)code.Length);
        return null;
    }

    /// <summary>A file of memory that is written and then mapped to be read and executed.</summary>
    internal static byte* TryFile(ReadOnlySpan<byte> code, out string? problem)
    {
        int file = CreateFile("sextant", 0);
        if (file < 0)
        {
            problem = $"memfd_create: errno {Marshal.GetLastPInvokeError()}";
            return null;
        }
        try
        {
            fixed (byte* bytes = code)
            {
                if (WriteFile(file, bytes, (nuint)code.Length) != code.Length)
                {
                    problem = $"write to a memfd: errno {Marshal.GetLastPInvokeError()}";
                    return null;
                }
            }
            byte* address = (byte*)Map(null, (nuint)code.Length, Read | Execute, Private, file, 0);
            problem = (nint)address == -1
                ? $"mmap of a memfd to read and execute: errno {Marshal.GetLastPInvokeError()}"
                : null;
            return problem is null ? address : null;
        }
        finally
        {
            _ = CloseFile(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int file);
}
