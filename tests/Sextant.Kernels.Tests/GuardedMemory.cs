using System.Runtime.InteropServices;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Memory that ends where a page begins that nobody may touch: a kernel that reads or writes one byte too far ends the
/// process. Linux only.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageSize = 4096;
    private readonly byte* _pages;
    private readonly nuint _size;

    public GuardedMemory(int bytes)
    {
        nuint data = ((nuint)bytes + PageSize - 1) / PageSize * PageSize;
        _size = data + (2 * PageSize);
        _pages = (byte*)Map(null, _size, 3, 0x22, -1, 0);
        Assert.NotEqual(-1, (nint)_pages);
        Assert.Equal(0, Protect(_pages, PageSize, 0));
        Assert.Equal(0, Protect(_pages + PageSize + data, PageSize, 0));
        Pointer = _pages + PageSize + data - bytes;
        Bytes = bytes;
    }

    /// <summary>The first of <see cref="Bytes"/>; the byte after the last is guarded.</summary>
    public byte* Pointer { get; }

    public int Bytes { get; }

    public static GuardedMemory Of<T>(T[] values)
        where T : unmanaged
    {
        var memory = new GuardedMemory(values.Length * sizeof(T));
        values.CopyTo(new Span<T>(memory.Pointer, values.Length));
        return memory;
    }

    public void Dispose() => Assert.Equal(0, Unmap(_pages, _size));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
