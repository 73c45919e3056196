using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Verbs;
using Sextant.Gpu;
using Sextant.Gpu.Tests;
using Sextant.Kernels;

namespace Sextant.Cli.Tests;

public sealed class VerifyTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData(1f, 1f, 0, 0L)]
    [InlineData(0f, -0f, 1, 1L)]
    [InlineData(float.NaN, float.NaN, 0, 0L)]
    [InlineData(1f, 1.0000001f, 1, 1L)]
    [InlineData(-1f, -1.0000002f, 1, 2L)]
    [InlineData(1e-45f, -1e-45f, 1, 3L)]
    public void BitsAreComparedInSteps(float expected, float actual, int different, long steps)
    {
        BitComparison found = BitComparison.Of([expected], [actual]);
        Assert.Equal((1, different, steps), (found.Values, found.Different, found.MaxUlp));
        Assert.Equal(Math.Abs(expected - actual) is var distance && float.IsNaN(distance) ? 0 : distance, found.MaxAbs);
    }

    [Fact]
    public void ANaNIsAsFarAsCanBe()
    {
        BitComparison found = BitComparison.Of([1, 2, 3], [1, float.NaN, 3.5f]);
        Assert.Equal(2, found.Different);
        Assert.True(float.IsNaN(found.MaxAbs));
        Assert.False(found.IsEqual);
    }

    [Fact]
    public void EqualSetsPass()
    {
        Outcome outcome = CommandLine.Run("verify", "--model", model.Folder);
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        string[] notes = [.. outcome.Lines.Where(line => line.Contains(" to exact, whole model: cosine "))];
        Assert.Equal(2, notes.Length);
        Assert.All(notes, (note, i) => Assert.Contains(i == 0 ? " int8 to exact" : " bf16 to exact", note));
        Assert.Contains("cosine 0.99", notes[0]);
        Assert.Contains("cosine 0.9999", notes[1]);
        string[] compared = [.. outcome.Lines.Skip(1).Where(
            line => !notes.Contains(line) && !line.Contains(" was not compared: "))];
        Assert.All(compared, line => Assert.EndsWith("yes", line));
        // Sets and devices, each with every op and the whole model; of int8 and bf16 the products and the whole model.
        string[] bytes = [.. compared.Where(line => line.Split(' ')[1] is "int8" or "bf16")];
        int sets = (compared.Length - bytes.Length) / (VerifiedOps.Names.Length + 1);
        Assert.Equal(0, (compared.Length - bytes.Length) % (VerifiedOps.Names.Length + 1));
        Assert.True(sets >= GemmKernels.Table.Kernels.Count(row => InstructionSets.IsSupported(row.Isa)));
        int narrow = GemmInt8Kernels.Table.Kernels.Count(row => InstructionSets.IsSupported(row.Isa))
            + GemmBFloat16Kernels.Table.Kernels.Count(row => InstructionSets.IsSupported(row.Isa));
        // Whole models are not run by their references, where there are others.
        int whole = narrow - (narrow > 2 ? 2 : 0);
        Assert.Equal(narrow + whole, bytes.Length);
        Assert.Equal(sets + whole, compared.Count(line => line.Contains(" whole model ")));
        Assert.StartsWith("reference ", outcome.Lines[1]);
    }

    [Fact]
    public void AFolderWithoutTokenizerIsVerifiedOnIds()
    {
        using var bare = new TinyModel();
        File.Delete(Path.Combine(bare.Folder, "vocab.txt"));
        Assert.Equal(0, CommandLine.Run("verify", "--model", bare.Folder).Exit);
    }

    /// <summary>
    /// Fast mode, emulated, where there is an OpenCL device: every op is near the reference, none fails.
    /// </summary>
    [Fact]
    public void FastModeIsComparedByItsCosine()
    {
        try
        {
            OpenClDevice.Open().Dispose();
        }
        catch (DeviceException problem) when (problem.Kind == DeviceErrorKind.Unavailable
            && Environment.GetEnvironmentVariable("SEXTANT_REQUIRE_OPENCL") != "1")
        {
            Assert.Skip($"No OpenCL device: {problem.Message}");
        }
        VerifiedSet[] sets =
        [
            VerifiedSet.All()[0],
            VerifiedSet.Of(
                "opencl:0", Precision.Fast, () => EmulatedTensorCores.Open(FastEmulation.EarlyCopies)),
        ];
        var streams = new Streams();
        int exit = VerifyVerb.Run(
            new ArgumentValues([], [new FlagValue(ModelFlags.Model, model.Folder)]), streams.Terminal, sets);
        string[] lines = System.Text.Encoding.UTF8.GetString(streams.Output.ToArray()).Split('\n');
        Assert.Equal((0, ""), (exit, streams.Error.ToString()));
        string[] ours = [.. lines.Where(line => line.StartsWith("opencl:0 fast", StringComparison.Ordinal))];
        Assert.Equal(VerifiedOps.Names.Length + 2, ours.Length);
        Assert.StartsWith("opencl:0 fast was OpenCL device 0", ours[^1]);
        Assert.All(ours[..^1], line => Assert.Contains("  cosine ", line));
        // Products in 16 bits have bits of their own; sums over tokens have not.
        Assert.DoesNotContain("cosine 1.000000", ours.Single(line => line.Contains(" whole model ")));
        Assert.Contains("cosine 1.000000", ours.Single(line => line.Contains(" pool mean ")));
    }

    [Fact]
    public void FastModeThatIsTooFarFails()
    {
        var streams = new Streams();
        VerifiedSet[] sets =
        [
            new("reference", EmbeddingModel.Load),
            new("other", (_, options) =>
                EmbeddingModel.Load(model.Folder, options with { Pooling = "max" }), Precision: Precision.Fast),
        ];
        Assert.Equal(1, VerifyVerb.Run(
            new ArgumentValues([], [new FlagValue(ModelFlags.Model, model.Folder)]), streams.Terminal, sets));
        Assert.Contains("NO, cosine ", System.Text.Encoding.UTF8.GetString(streams.Output.ToArray()));
    }

    [Fact]
    public void SetsThatDifferFail()
    {
        var streams = new Streams();
        VerifiedSet[] sets =
        [
            new("reference", EmbeddingModel.Load),
            new("other", (_, options) =>
                EmbeddingModel.Load(model.Folder, options with { Truncation = Truncation.Left })),
        ];
        // Long texts cut at different ends stand for kernels that differ.
        int exit = VerifyVerb.Run(
            new ArgumentValues([], [new FlagValue(ModelFlags.Model, model.Folder)]), streams.Terminal, sets);
        Assert.Equal(1, exit);
        Assert.Contains("differ", streams.Error.ToString());
        string[] lines = System.Text.Encoding.UTF8.GetString(streams.Output.ToArray()).Split('\n');
        Assert.EndsWith("yes", lines[1]);
        Assert.EndsWith("NO", lines[2]);
    }
}
