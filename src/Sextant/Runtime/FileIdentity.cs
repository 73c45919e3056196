using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Runtime;

/// <summary>Which file a name or a handle stands for, whose it is, and who may write it.</summary>
/// <remarks>
/// .NET tells neither the inode nor the owner of a file. Linux and macOS only: Windows keeps an open file under its
/// name, and access lists take the place of modes.
/// </remarks>
/// <param name="Device">The file system.</param>
/// <param name="Number">The inode: with the device, one file and no other.</param>
/// <param name="Owner">The user whose it is.</param>
/// <param name="Mode">Type and permissions, as stat has them.</param>
internal readonly unsafe partial record struct FileIdentity(ulong Device, ulong Number, uint Owner, int Mode)
{
    /// <summary>The user that this process acts for.</summary>
    public static uint User => UserId();

    /// <summary>What a name stands for, a link at its end being itself; null where there is nothing.</summary>
    public static FileIdentity? OfName(string path) =>
        OperatingSystem.IsMacOS() ? Mac(path, null) : Linux(AtCurrentFolder, path, NoFollow);

    /// <summary>What was opened; null where the system does not say.</summary>
    public static FileIdentity? OfHandle(SafeFileHandle file)
    {
        if (OperatingSystem.IsMacOS())
            return Mac(null, file);
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Linux((int)file.DangerousGetHandle(), "", EmptyPath);
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    private const int AtCurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;

    // struct statx is the same on every processor: uid at 20, mode at 28, inode at 32, device at 136.
    private static FileIdentity? Linux(int folder, string path, int flags)
    {
        byte* buffer = stackalloc byte[256];
        return StatX(folder, path, flags, BasicStats, buffer) == 0
            ? new FileIdentity(*(ulong*)(buffer + 136), *(ulong*)(buffer + 32), *(uint*)(buffer + 20),
                *(ushort*)(buffer + 28))
            : null;
    }

    // struct stat with 64-bit inodes: device at 0, mode at 4, inode at 8, uid at 16.
    private static FileIdentity? Mac(string? path, SafeFileHandle? file)
    {
        byte* buffer = stackalloc byte[256];
        bool isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        int result = (path, isArm) switch
        {
            (null, true) => FStat(file!, buffer),
            (null, false) => FStatInode64(file!, buffer),
            (_, true) => LStat(path, buffer),
            (_, false) => LStatInode64(path, buffer),
        };
        return result == 0
            ? new FileIdentity(*(uint*)buffer, *(ulong*)(buffer + 8), *(uint*)(buffer + 16), *(ushort*)(buffer + 4))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint wanted, byte* buffer);

    [LibraryImport("libc", EntryPoint = "lstat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStat(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "lstat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStatInode64(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "fstat")]
    private static partial int FStat(SafeFileHandle file, byte* buffer);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64")]
    private static partial int FStatInode64(SafeFileHandle file, byte* buffer);
}
