using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Sextant.X64.KernelWriter;

namespace Sextant.X64;

// Hamming distances, AVX-512 VPOPCNTDQ.   distances = popcount(query ^ tiles [N,W,8])
// Layout    tiles: word w of eight codes is 64 bytes, so that a vector holds one word of eight codes.
// Bound     one query: memory, asked for by two streams a half of the call apart. Four queries share each load.

internal static class HammingPopcount
{
    public const int Query = 0;
    public const int Words = 8;
    public const int Tiles = 16;
    public const int OtherTiles = 24;
    public const int Left = 32;
    public const int Distances = 40;
    public const int OtherDistances = 48;
    public const int DistanceStride = 56;
    public const int KeepsVectors = 64;

    // How far ahead one query asks for codes, in bytes: a page.
    private const int Ahead = 4096;

    private static readonly AssemblerRegisterYMM[] s_halves = [ymm0, ymm1, ymm2, ymm3];

    /// <summary>One query, two streams of as many tiles.</summary>
    public static AssembledKernel One()
    {
        var kernel = new KernelWriter("HammingOne", KeepsVectors);
        Assembler c = kernel.Code;
        kernel.Comment("rdx, r8 = tiles, rax, r9 = distances");
        c.mov(rdx, __qword_ptr[rcx + Tiles]);
        c.mov(r8, __qword_ptr[rcx + OtherTiles]);
        c.mov(rax, __qword_ptr[rcx + Distances]);
        c.mov(r9, __qword_ptr[rcx + OtherDistances]);
        Label tile = c.CreateLabel(), word = c.CreateLabel();
        kernel.Comment("a tile of each stream");
        c.Label(ref tile);
        c.mov(r10, __qword_ptr[rcx + Query]);
        c.mov(r11, __qword_ptr[rcx + Words]);
        c.vpxorq(zmm0, zmm0, zmm0);
        c.vpxorq(zmm1, zmm1, zmm1);
        kernel.Comment("a word of eight codes");
        c.Label(ref word);
        c.vpbroadcastq(zmm2, __qword_ptr[r10]);
        c.prefetcht0(__byte_ptr[rdx + Ahead]);
        c.prefetcht0(__byte_ptr[r8 + Ahead]);
        c.vpxorq(zmm3, zmm2, __zmmword_ptr[rdx]);
        c.vpxorq(zmm4, zmm2, __zmmword_ptr[r8]);
        c.vpopcntq(zmm3, zmm3);
        c.vpopcntq(zmm4, zmm4);
        c.vpaddq(zmm0, zmm0, zmm3);
        c.vpaddq(zmm1, zmm1, zmm4);
        c.add(rdx, 64);
        c.add(r8, 64);
        c.add(r10, 8);
        c.dec(r11);
        c.jne(word);
        kernel.Comment("their distances");
        c.vpmovqd(ymm0, zmm0);
        c.vpmovqd(ymm1, zmm1);
        c.vmovdqu(__ymmword_ptr[rax], ymm0);
        c.vmovdqu(__ymmword_ptr[r9], ymm1);
        c.add(rax, 32);
        c.add(r9, 32);
        c.dec(__qword_ptr[rcx + Left]);
        c.jne(tile);
        return kernel.End();
    }

    /// <summary>Four queries, row by row, over the same tiles.</summary>
    public static AssembledKernel Four()
    {
        var kernel = new KernelWriter("HammingFour", KeepsVectors);
        Assembler c = kernel.Code;
        kernel.Comment("rdx = tiles, r8 = distances, r11 = bytes of a query, r9 = of three");
        c.mov(rdx, __qword_ptr[rcx + Tiles]);
        c.mov(r8, __qword_ptr[rcx + Distances]);
        c.mov(r11, __qword_ptr[rcx + Words]);
        c.shl(r11, 3);
        c.lea(r9, __[r11 + r11 * 2]);
        Label tile = c.CreateLabel(), word = c.CreateLabel();
        kernel.Comment("a tile: rax = where it ends");
        c.Label(ref tile);
        c.lea(rax, __[rdx + r11 * 8]);
        c.mov(r10, __qword_ptr[rcx + Query]);
        for (int query = 0; query < 4; query++)
            c.vpxorq(Z(query), Z(query), Z(query));
        kernel.Comment("a word of eight codes, and of each query");
        c.Label(ref word);
        c.vmovdqu64(zmm4, __zmmword_ptr[rdx]);
        c.vpxorq(zmm5, zmm4, __qword_bcst[r10]);
        c.vpxorq(zmm16, zmm4, __qword_bcst[r10 + r11]);
        c.vpxorq(zmm17, zmm4, __qword_bcst[r10 + r11 * 2]);
        c.vpxorq(zmm18, zmm4, __qword_bcst[r10 + r9]);
        c.vpopcntq(zmm5, zmm5);
        c.vpopcntq(zmm16, zmm16);
        c.vpopcntq(zmm17, zmm17);
        c.vpopcntq(zmm18, zmm18);
        c.vpaddq(zmm0, zmm0, zmm5);
        c.vpaddq(zmm1, zmm1, zmm16);
        c.vpaddq(zmm2, zmm2, zmm17);
        c.vpaddq(zmm3, zmm3, zmm18);
        c.add(rdx, 64);
        c.add(r10, 8);
        c.cmp(rdx, rax);
        c.jne(word);
        kernel.Comment("the distances of each query");
        c.mov(rax, r8);
        for (int query = 0; query < 4; query++)
        {
            c.vpmovqd(s_halves[query], Z(query));
            c.vmovdqu(__ymmword_ptr[rax], s_halves[query]);
            if (query < 3)
                c.add(rax, __qword_ptr[rcx + DistanceStride]);
        }
        c.add(r8, 32);
        c.dec(__qword_ptr[rcx + Left]);
        c.jne(tile);
        return kernel.End();
    }
}
