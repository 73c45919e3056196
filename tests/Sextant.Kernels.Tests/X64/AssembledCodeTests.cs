using System.Runtime.InteropServices;
using Sextant.Kernels.GemmInt8;
using Sextant.Kernels.X64;
using Sextant.X64;

namespace Sextant.Kernels.Tests.X64;

/// <summary>The bytes that are checked in are what the generator makes of its sources, and can be executed.</summary>
public unsafe class AssembledCodeTests
{
    private static readonly CodeImage s_image = Sextant.X64.Kernels.All();
    private static readonly byte[] s_loop = PeakLoops.Int8().Bytes;

    [Fact]
    public void TheBytesAreWhatTheGeneratorMakes() => Assert.Equal(s_image.Bytes, X64Code.Bytes);

    [Fact]
    public void TheFilesAreWhatTheGeneratorMakes() => Assert.All(
        Program.Files, file => Assert.Equal(file.Text, File.ReadAllText(Path.Combine(Root(), file.Folder, file.Name))));

    [Fact]
    public void TheListingHasEveryByte()
    {
        var bytes = new List<byte>();
        foreach (string line in SourceFiles.Listing(s_image).Split('\n'))
        {
            if (line.Length < 8 || line[5..7] != "  " || !Uri.IsHexDigit(line[0]))
                continue;
            int address = Convert.ToInt32(line[..5], 16);
            while (bytes.Count < address)
                bytes.Add(0xCC);
            bytes.AddRange(Convert.FromHexString(line[7..].Split(' ')[0]));
        }
        Assert.Equal(s_image.Bytes, bytes);
    }

    [Fact]
    public void TheGeneratorKnowsTheArguments()
    {
        (string Field, int Offset)[] fields =
        [
            ("X", TileOffsets.X), ("XStride", TileOffsets.XStride), ("B", TileOffsets.B), ("BEnd", TileOffsets.BEnd),
            ("Y", TileOffsets.Y), ("YStride", TileOffsets.YStride), ("Residual", TileOffsets.Residual),
            ("ResidualStride", TileOffsets.ResidualStride), ("RowScales", TileOffsets.RowScales),
            ("RowOffsets", TileOffsets.RowOffsets), ("ColumnScales", TileOffsets.ColumnScales),
            ("ColumnSums", TileOffsets.ColumnSums), ("Bias", TileOffsets.Bias), ("Prefetch", TileOffsets.Prefetch),
            ("PrefetchStep", TileOffsets.PrefetchStep), ("KeepsVectors", TileOffsets.KeepsVectors),
            ("Saved", TileOffsets.Saved),
        ];
        foreach ((string field, int offset) in fields)
            Assert.Equal((nint)offset, Marshal.OffsetOf<Int8TileArguments>(field));
        (string Field, int Offset)[] hamming =
        [
            ("Query", HammingPopcount.Query), ("Words", HammingPopcount.Words), ("Tiles", HammingPopcount.Tiles),
            ("OtherTiles", HammingPopcount.OtherTiles), ("Left", HammingPopcount.Left),
            ("Distances", HammingPopcount.Distances), ("OtherDistances", HammingPopcount.OtherDistances),
            ("DistanceStride", HammingPopcount.DistanceStride), ("KeepsVectors", HammingPopcount.KeepsVectors),
            ("Saved", HammingPopcount.KeepsVectors + 8),
        ];
        foreach ((string field, int offset) in hamming)
            Assert.Equal((nint)offset, Marshal.OffsetOf<HammingAvx512Popcount.Arguments>(field));
        // What xmm6 … xmm15 take lies inside.
        Assert.True(Marshal.SizeOf<Int8TileArguments>() >= TileOffsets.Saved + 160);
    }

    [Fact]
    public void EveryKernelBeginsWithItsTwoEntries()
    {
        foreach ((int offset, AssembledKernel kernel) in s_image.Kernels)
        {
            Assert.Equal(0, offset % 64);
            Assert.Equal("f30f1efa4889f9", Convert.ToHexStringLower(kernel.Bytes, 0, X64Code.WindowsEntry));
            Assert.Equal("c5f877c3", Convert.ToHexStringLower(kernel.Bytes[^4..]));
        }
    }

    /// <summary>Both ways to memory that may be executed give code that runs, and that nobody may write to.</summary>
    [Fact]
    public void BothMappingsExecuteAndNeitherCanBeWritten()
    {
        if (!OperatingSystem.IsLinux() || !ProcessorBits.HasAvx512Vnni || !InstructionSets.IsSupported(Isa.Avx512))
            Assert.Skip("Needs Linux and a processor with AVX-512 VNNI.");
        byte* protect = UnixCodePages.TryProtect(s_loop, out string? protectProblem);
        Assert.Null(protectProblem);
        byte* file = UnixCodePages.TryFile(s_loop, out string? fileProblem);
        Assert.Null(fileProblem);
        long* arguments = stackalloc long[32];
        foreach (nint code in new[] { (nint)protect, (nint)file })
        {
            Assert.True(new ReadOnlySpan<byte>((void*)code, s_loop.Length).SequenceEqual(s_loop));
            Assert.Equal("r-xp", Rights(code));
            new Span<long>(arguments, 32).Clear();
            arguments[0] = 1000;
            ((delegate* unmanaged<long*, void>)code)(arguments);
        }
        var kernels = (nint)MachineCode.EntryAt(0);
        Assert.True(new ReadOnlySpan<byte>((void*)kernels, X64Code.Bytes.Length).SequenceEqual(X64Code.Bytes));
        Assert.Equal("r-xp", Rights(kernels));
    }

    [Fact]
    public void CodeThatCannotBeMappedSaysWhy()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Needs Linux.");
        // Nothing cannot be mapped.
        Assert.True(UnixCodePages.TryMap([], out string? problem) == null);
        Assert.Contains("mmap: errno 22", problem, StringComparison.Ordinal);
        Assert.Contains("memfd", problem, StringComparison.Ordinal);
    }

    /// <summary>A caller that keeps xmm6 … xmm15, as Windows does, finds them in the arguments.</summary>
    [Fact]
    public void TheCallersVectorsAreKeptWhereItSaysSo()
    {
        if (!OperatingSystem.IsLinux() || !ProcessorBits.HasAvx512Vnni || !InstructionSets.IsSupported(Isa.Avx512))
            Assert.Skip("Needs Linux and a processor with AVX-512 VNNI.");
        long* arguments = stackalloc long[32];
        new Span<long>(arguments, 32).Fill(-1);
        arguments[0] = 10;
        arguments[1] = 1;
        byte* code = MachineCode.TryMap(s_loop, out string? problem);
        Assert.Null(problem);
        ((delegate* unmanaged<long*, void>)code)(arguments);
        // Saved: twenty words that are no longer what they were, unless the caller's vectors held just that.
        Assert.Equal(-1, arguments[22]);
        Assert.NotEqual(Enumerable.Repeat(-1L, 20), new Span<long>(arguments + 2, 20).ToArray());
    }

    private static string Rights(nint address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] parts = line.Split(['-', ' '], 4);
            long first = Convert.ToInt64(parts[0], 16), end = Convert.ToInt64(parts[1], 16);
            if (address >= first && address < end)
                return line.Split(' ')[1];
        }
        return "not mapped";
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Engine.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("No Engine.sln above the tests.");
    }
}
