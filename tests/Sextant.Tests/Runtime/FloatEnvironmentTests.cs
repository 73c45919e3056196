using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sextant.Runtime;
using Sextant.Search;
using Sextant.Tests.Search;

namespace Sextant.Tests.Runtime;

/// <summary>
/// A thread whose processor flushes denormals or rounds otherwise, as a native library may leave it, gets the bits that
/// every other thread gets, and keeps what it had.
/// </summary>
public sealed unsafe partial class FloatEnvironmentTests
{
    private const string Skipped = "How a thread rounds is changed by the C library's functions for x64 and ARM64 on "
        + "Linux.";

    private static readonly string s_text = string.Join(' ', SomeTexts.Make(9, 40));

    public static TheoryData<string> Environments => ["flush", "up", "down", "zero"];

    public static bool CanChange => OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    [Fact]
    public void ThreadsBeginWithTheStandard() => Assert.True(OnAThread(null, () => FloatEnvironment.IsStandard));

    [Theory(Skip = Skipped, SkipUnless = nameof(CanChange))]
    [MemberData(nameof(Environments))]
    public void WhatIsNotTheStandardIsSeenAndPutBack(string environment)
    {
        (bool before, bool inside, bool after) = OnAThread(environment, () =>
        {
            bool before = FloatEnvironment.IsStandard, inside;
            using (FloatEnvironment.Enter())
                inside = FloatEnvironment.IsStandard;
            return (before, inside, FloatEnvironment.IsStandard);
        });
        Assert.Equal((false, true, false), (before, inside, after));
        Assert.True(OnAThread(environment, () =>
        {
            FloatEnvironment.EnterForever();
            return FloatEnvironment.IsStandard;
        }));
    }

    [Theory(Skip = Skipped, SkipUnless = nameof(CanChange))]
    [MemberData(nameof(Environments))]
    public void AVectorHasTheSameBits(string environment)
    {
        float[] expected = OnAThread(null, Vector);
        // Loaded, embedded and freed on the thread, whose team's threads it starts.
        Assert.Equal(expected, OnAThread(environment, Vector));
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new EmbeddingOptions { Threads = 2 });
        Assert.Equal(expected, OnAThread(environment, () => model.Embed(s_text)));
        Assert.Equal(expected, OnAThread(environment, () => Several(model)));
        Assert.Equal(expected, model.Embed(s_text));

        static float[] Vector()
        {
            using EmbeddingModel model = EmbeddingModel.LoadDefault(new EmbeddingOptions { Threads = 3 });
            return model.Embed(s_text);
        }

        static float[] Several(EmbeddingModel model)
        {
            var vectors = new float[2 * model.Dimensions];
            model.Embed(["another text", s_text], vectors);
            return vectors[model.Dimensions..];
        }
    }

    [Theory(Skip = Skipped, SkipUnless = nameof(CanChange))]
    [MemberData(nameof(Environments))]
    public void ASearchHasTheSameHits(string environment)
    {
        // Of denormal size, so that nothing is left of scores where they are flushed.
        var random = new Random(7);
        float[] vectors = [.. Enumerable.Range(0, 300 * 16).Select(_ => (random.NextSingle() - 0.5f) * 1e-20f)];
        float[] query = vectors[..16];
        foreach (Func<MemoryIndex> make in (Func<MemoryIndex>[])
            [() => MemoryIndex.Exact(16), () => MemoryIndex.Exact(16, threads: 2), () => MemoryIndex.Rescored(16)])
        {
            Hit[] expected = OnAThread(null, Search);
            Assert.NotEqual(0f, expected[0].Score);
            Assert.Equal(expected, OnAThread(environment, Search));

            Hit[] Search()
            {
                using MemoryIndex index = make();
                index.Add(vectors);
                var hits = new Hit[9];
                Assert.Equal(9, index.Search(query, hits));
                return hits;
            }
        }
    }

    private static T OnAThread<T>(string? environment, Func<T> work)
    {
        T? result = default;
        Exception? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (environment is not null)
                    Change(environment);
                result = work();
            }
            catch (Exception failure)
            {
                problem = failure;
            }
        });
        thread.Start();
        thread.Join();
        return problem is null ? result! : throw new InvalidOperationException(problem.Message, problem);
    }

    // An fenv_t of x64 has the control word of vector arithmetic at byte 28; that of ARM64 begins with FPCR.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Change(string environment)
    {
        byte* saved = stackalloc byte[64];
        Assert.Equal(0, GetEnvironment(saved));
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            *(uint*)(saved + 28) |= environment switch
            {
                "flush" => 0x8040u,
                "down" => 0x2000u,
                "up" => 0x4000u,
                _ => 0x6000u,
            };
        }
        else
        {
            *(uint*)saved |= environment switch
            {
                "flush" => 1u << 24,
                "up" => 1u << 22,
                "down" => 2u << 22,
                _ => 3u << 22,
            };
        }
        Assert.Equal(0, SetEnvironment(saved));
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetEnvironment(byte* environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetEnvironment(byte* environment);
}
