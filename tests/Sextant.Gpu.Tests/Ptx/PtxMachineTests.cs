using System.Text.RegularExpressions;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// The machine that runs our PTX finds what a kernel must not do: a fault that it overlooked would be one that no test
/// could show.
/// </summary>
public sealed unsafe class PtxMachineTests
{
    private const string Thread = "mov.u32 %r1, %tid.x;";
    private const string OwnWord = """
        mov.u32 %r1, %tid.x;
        mul.wide.u32 %rd1, %r1, 4;
        mov.u64 %rd2, words;
        add.s64 %rd3, %rd2, %rd1;
        """;

    [Theory]
    [InlineData("Exact.ptx")]
    [InlineData("Fast.ptx")]
    [InlineData("Fast90.ptx")]
    [InlineData("Peak.ptx")]
    [InlineData("FastPeak.ptx")]
    [InlineData("Fast90Peak.ptx")]
    public void EveryKernelIsRead(string file)
    {
        string text = File.ReadAllText(Path.Combine(
            Sextant.Tests.TestData.Root, "kernels", "gpu", "ptx", file));
        PtxModule module = PtxModule.Parse(text);
        Assert.True(module.Functions.Count > 1);
        Assert.Equal(text.Split(".entry ").Length - 1, module.Functions.Count);
        Assert.All(module.Functions.Values, one => Assert.True(one.Code.Length > 0));
    }

    [Fact]
    public void ThreadsAddToTheirWordsAndToOneWord()
    {
        using var memory = new PtxMemory();
        ulong words = memory.Allocate(256 * 4), count = memory.Allocate(4);
        new Span<uint>(memory.Find(words, 1024), 256).Fill(5);
        new Span<uint>(memory.Find(count, 4), 1).Fill(0);
        Run(memory, """
            ld.param.u64 %rd1, [k_param_0];
            ld.param.u64 %rd2, [k_param_1];
            mov.u32 %r1, %tid.x;
            mov.u32 %r2, %ctaid.x;
            shl.b32 %r3, %r2, 6;
            add.s32 %r4, %r3, %r1;
            mul.wide.u32 %rd3, %r4, 4;
            add.s64 %rd4, %rd1, %rd3;
            setp.lt.s32 %p1, %r4, 200;
            @!%p1 bra $L__end;
            ld.global.u32 %r5, [%rd4];
            add.s32 %r6, %r5, %r4;
            st.global.u32 [%rd4+0], %r6;
            $L__end:
            atom.global.add.u32 %r7, [%rd2], 1;
            ret;
            """, 4, words, count);
        for (int i = 0; i < 256; i++)
            Assert.Equal(i < 200 ? 5u + (uint)i : 5, ((uint*)memory.Find(words, 1024))[i]);
        Assert.Equal(256u, *(uint*)memory.Find(count, 4));
    }

    [Fact]
    public void ABarrierMakesWhatOthersWroteVisible()
    {
        using var memory = new PtxMemory();
        ulong words = memory.Allocate(64 * 4);
        Run(memory, OwnWord + """
            st.shared.u32 [%rd3], %r1;
            bar.sync 0;
            ld.param.u64 %rd4, [k_param_0];
            add.s64 %rd5, %rd4, %rd1;
            mov.u32 %r2, 63;
            sub.s32 %r3, %r2, %r1;
            mul.wide.u32 %rd6, %r3, 4;
            add.s64 %rd7, %rd2, %rd6;
            ld.shared.u32 %r4, [%rd7];
            st.global.u32 [%rd5], %r4;
            ret;
            """, 1, words, 0);
        for (int i = 0; i < 64; i++)
            Assert.Equal(63u - (uint)i, ((uint*)memory.Find(words, 256))[i]);
    }

    [Theory]
    [InlineData("read by thread", "st.shared.u32 [%rd3], %r1; ld.shared.u32 %r2, [words];")]
    [InlineData("written by thread", "st.shared.u32 [words], %r1;")]
    [InlineData("written by thread",
        "st.shared.u32 [%rd3], %r1; bar.sync 0; ld.shared.u32 %r2, [words+252]; "
        + "st.shared.u32 [%rd3], %r2;")]
    [InlineData("of shared memory", "st.shared.u32 [%rd3+1024], %r1;")]
    [InlineData("of shared memory", "st.shared.u32 [%rd3+2], %r1;")]
    [InlineData("of shared memory", "st.shared.v4.u32 [%rd3], {%r1, %r1, %r1, %r1};")]
    [InlineData("of shared memory", "st.shared.u32 [%rd3+-4], %r1;")]
    [InlineData("some do not come", "setp.lt.s32 %p1, %r1, 32; @%p1 bra $L__1; bar.sync 0; $L__1: bar.sync 0;")]
    [InlineData("some do not come", "setp.lt.s32 %p1, %r1, 32; @%p1 bra $L__1; bar.sync 0; $L__1:")]
    [InlineData("all of its warp",
        "setp.lt.s32 %p1, %r1, 7; @%p1 bra $L__1; shfl.sync.idx.b32 %r2, %r1, 0, 31, -1; $L__1:")]
    [InlineData("ends before its copies",
        "setp.lt.s32 %p1, %r1, 16; @%p1 cp.async.cg.shared.global [%r4], [%rd9], 16, 16;")]
    [InlineData("read by thread",
        "setp.lt.s32 %p1, %r1, 16; @%p1 cp.async.cg.shared.global [%r4], [%rd9], 16, 16; "
        + "cp.async.commit_group; cp.async.wait_group 0; ld.shared.u32 %r2, [words];")]
    [InlineData("of global memory", "ld.global.u32 %r2, [%rd9+256];")]
    [InlineData("of global memory", "ld.global.u32 %r2, [%rd9+-4];")]
    [InlineData("of global memory", "ld.global.v4.u32 {%r2, %r3, %r5, %r6}, [%rd9+8];")]
    [InlineData("of global memory", "ld.global.u16 %rs1, [%rd9+1];")]
    [InlineData("of global memory", "mov.u64 %rd8, 4096; st.global.u32 [%rd8], %r1;")]
    public void WhatAKernelMustNotDoIsFound(string fault, string body)
    {
        using var memory = new PtxMemory();
        ulong words = memory.Allocate(256);
        const string Before = OwnWord + "ld.param.u64 %rd9, [k_param_0]; shl.b32 %r4, %r1, 4;";
        var error = Assert.Throws<PtxFault>(() => Run(memory, Before + body + "ret;", 1, words, 0));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "st.shared.u32 [%rd3], %r1; bar.warp.sync -1; xor.b32 %r2, %r1, 1; mul.wide.u32 %rd4, %r2, 4; "
        + "add.s64 %rd5, %rd2, %rd4; ld.shared.u32 %r3, [%rd5];")]
    [InlineData(
        "st.shared.u32 [%rd3], 0; bar.sync 0; atom.shared.add.u32 %r2, [words], 1; bar.sync 0; "
        + "ld.shared.u32 %r3, [words];")]
    [InlineData(
        "st.shared.u32 [%rd3], %r1; bar.sync 0; ld.shared.u32 %r2, [words]; bar.sync 0; "
        + "st.shared.u32 [%rd3], %r2;")]
    public void WhatAKernelMayDoIsNot(string body)
    {
        using var memory = new PtxMemory();
        Run(memory, OwnWord + body + "ret;", 3, memory.Allocate(256), 0);
    }

    [Fact]
    public void WhatNobodyWroteIsNotANumber()
    {
        using var memory = new PtxMemory();
        ulong word = memory.Allocate(4);
        Run(memory, """
            ld.shared.f32 %f1, [words+8];
            fma.rn.f32 %f2, %f1, 0f00000000, 0f3F800000;
            ld.param.u64 %rd1, [k_param_0];
            mov.u32 %r1, %tid.x;
            setp.eq.s32 %p1, %r1, 0;
            @%p1 st.global.f32 [%rd1], %f2;
            ret;
            """, 1, word, 0);
        Assert.True(float.IsNaN(*(float*)memory.Find(word, 4)));
    }

    /// <summary>
    /// The ISA's layouts once more, from the other side: rows of A are loaded by ldmatrix, the identity is put together
    /// by hand, and each thread's sums are written where the tables say that they belong.
    /// </summary>
    [Fact]
    public void AProductWithTheIdentityIsTheMatrixItself()
    {
        using var memory = new PtxMemory();
        ulong given = memory.Allocate(16 * 16 * 2), got = memory.Allocate(16 * 8 * 4);
        for (int i = 0; i < 256; i++)
            ((Half*)memory.Find(given, 512))[i] = (Half)i;
        Run(memory, """
            mov.u32 %r1, %tid.x;
            setp.ge.s32 %p9, %r1, 32;
            @%p9 bra $L__end;
            ld.param.u64 %rd1, [k_param_0];
            ld.param.u64 %rd2, [k_param_1];
            shl.b32 %r2, %r1, 4;
            cvt.u64.u32 %rd3, %r2;
            add.s64 %rd4, %rd1, %rd3;
            cp.async.cg.shared.global [%r2], [%rd4], 16, 16;
            cp.async.commit_group;
            cp.async.wait_group 0;
            bar.warp.sync -1;
            and.b32 %r3, %r1, 15;
            shl.b32 %r4, %r3, 5;
            and.b32 %r5, %r1, 16;
            add.s32 %r6, %r4, %r5;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r10, %r11, %r12, %r13}, [%r6];
            shr.u32 %r7, %r1, 2;
            and.b32 %r8, %r1, 3;
            shl.b32 %r9, %r8, 1;
            add.s32 %r14, %r9, 1;
            setp.eq.s32 %p1, %r7, %r9;
            selp.b32 %r15, 15360, 0, %p1;
            setp.eq.s32 %p2, %r7, %r14;
            selp.b32 %r16, 1006632960, 0, %p2;
            or.b32 %r17, %r15, %r16;
            mov.b32 %r18, 0;
            mov.f32 %f1, 0f00000000;
            mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f2, %f3, %f4, %f5}, {%r10, %r11, %r12, %r13}, {%r17, %r18}, {%f1, %f1, %f1, %f1};
            shl.b32 %r19, %r7, 5;
            shl.b32 %r20, %r8, 3;
            add.s32 %r21, %r19, %r20;
            cvt.u64.u32 %rd5, %r21;
            add.s64 %rd6, %rd2, %rd5;
            st.global.f32 [%rd6], %f2;
            st.global.f32 [%rd6+4], %f3;
            st.global.f32 [%rd6+256], %f4;
            st.global.f32 [%rd6+260], %f5;
            $L__end:
            ret;
            """, 1, given, got);
        // The identity takes the first eight columns.
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
                Assert.Equal((16 * row) + column, ((float*)memory.Find(got, 512))[(8 * row) + column]);
        }
    }

    [Theory]
    [InlineData("lg2.approx.f32 %f1, %f2;")]
    [InlineData("bar.sync 1;")]
    [InlineData("shfl.sync.idx.b32 %r1, %r2, 0, 31, 15;")]
    [InlineData("setp.lo.u32 %p1, %r1, %r2;")]
    public void WhatIsNotKnownIsRefused(string line)
    {
        using var memory = new PtxMemory();
        Assert.Contains(line[..^1], Assert.Throws<PtxFault>(() => Run(memory, line + "ret;", 1, 0, 0)).Message,
            StringComparison.Ordinal);
    }

    // Blocks of 64 threads with 64 shared words.
    private static void Run(PtxMemory memory, string body, int blocks, params ulong[] parameters)
    {
        // A line for each instruction and each label.
        string code = Regex.Replace(body, @"(:|;)\s*", "$1\n");
        PtxModule module = PtxModule.Parse($$"""
            .visible .entry k(
            .param .u64 k_param_0,
            .param .u64 k_param_1
            )
            .maxntid 64, 1, 1
            {
            .shared .align 16 .b8 words[1024];
            {{code}}
            }
            """);
        PtxMachine.Run(module.Functions["k"], memory, blocks, 64, 0, parameters);
    }
}
