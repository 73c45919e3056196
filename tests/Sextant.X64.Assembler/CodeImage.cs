namespace Sextant.X64;

/// <summary>All kernels in one block, each at a cache line of its own; int3 between them.</summary>
internal sealed class CodeImage
{
    private const int Line = 64;
    private const byte Int3 = 0xCC;

    /// <summary>Puts kernels one after the other.</summary>
    /// <param name="room">The namespace of the class that they are checked in as.</param>
    /// <param name="name">The class.</param>
    /// <param name="kernels">The kernels.</param>
    public CodeImage(string room, string name, IEnumerable<AssembledKernel> kernels)
    {
        (Room, Name) = (room, name);
        var bytes = new List<byte>();
        var placed = new List<(int Offset, AssembledKernel Kernel)>();
        foreach (AssembledKernel kernel in kernels)
        {
            while (bytes.Count % Line != 0)
                bytes.Add(Int3);
            placed.Add((bytes.Count, kernel));
            bytes.AddRange(kernel.Bytes);
        }
        Bytes = [.. bytes];
        Kernels = placed;
    }

    public string Room { get; }

    public string Name { get; }

    /// <summary>The file with the bytes.</summary>
    public string CodeName => $"{Name}.g.cs";

    /// <summary>The file with the listing.</summary>
    public string ListingName => $"{Name}.lst";

    public byte[] Bytes { get; }

    public IReadOnlyList<(int Offset, AssembledKernel Kernel)> Kernels { get; }

    public int OffsetOf(string name) => Kernels.First(one => one.Kernel.Name == name).Offset;
}
