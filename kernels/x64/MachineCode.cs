using System.Runtime.InteropServices;

namespace Sextant.Kernels.X64;

/// <summary>
/// The assembled kernels in memory that may be executed: mapped once, when the first of them is asked for. Pages are
/// written and then made executable, or are two mappings of one memory: never writable and executable at once.
/// </summary>
internal static unsafe class MachineCode
{
    private static readonly Lazy<Mapping> s_mapping = new(Map);

    /// <summary>Why no kernel can be had here; null where they can.</summary>
    public static string? Problem => s_mapping.Value.Problem;

    /// <summary>Whether the caller's convention keeps xmm6 … xmm15, so that a kernel must.</summary>
    public static nint KeepsVectors => OperatingSystem.IsWindows() ? 1 : 0;

    /// <summary>Where the kernel that begins at an offset of <see cref="X64Code.Bytes"/> is entered.</summary>
    public static byte* EntryAt(int offset)
    {
        Mapping mapping = s_mapping.Value;
        if (mapping.Problem is { } problem)
            throw new PlatformNotSupportedException(problem);
        return (byte*)mapping.Address + offset + (OperatingSystem.IsWindows() ? X64Code.WindowsEntry : 0);
    }

    /// <summary>The same for many.</summary>
    public static nint[] EntriesAt(ReadOnlySpan<int> offsets)
    {
        var entries = new nint[offsets.Length];
        for (int i = 0; i < entries.Length; i++)
            entries[i] = (nint)EntryAt(offsets[i]);
        return entries;
    }

    /// <summary>Where code is that was brought into memory that may be executed; null where it may not.</summary>
    public static byte* TryMap(ReadOnlySpan<byte> code, out string? problem)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            problem = $"machine code for x64 does not run on {RuntimeInformation.ProcessArchitecture}";
            return null;
        }
        try
        {
            return OperatingSystem.IsWindows()
                ? WindowsCodePages.TryMap(code, out problem) : UnixCodePages.TryMap(code, out problem);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            problem = failure.Message;
            return null;
        }
    }

    private static Mapping Map() => new((nint)TryMap(X64Code.Bytes, out string? problem), problem);

    private sealed record Mapping(nint Address, string? Problem);
}
