namespace Sextant.X64;

/// <summary>All kernels in one block, each at a cache line of its own; int3 between them.</summary>
internal sealed class CodeImage
{
    private const int Line = 64;
    private const byte Int3 = 0xCC;

    public CodeImage(IEnumerable<AssembledKernel> kernels)
    {
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

    public byte[] Bytes { get; }

    public IReadOnlyList<(int Offset, AssembledKernel Kernel)> Kernels { get; }

    public int OffsetOf(string name) => Kernels.First(one => one.Kernel.Name == name).Offset;
}
