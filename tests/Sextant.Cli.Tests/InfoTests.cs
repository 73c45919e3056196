using Sextant.Kernels;

namespace Sextant.Cli.Tests;

public sealed class InfoTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Fact]
    public void TheCardSaysWhatTheModelIs()
    {
        Outcome outcome = CommandLine.Run("info", "--model", model.Folder, "--dimensions", "8", "--threads", "3");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Matches(@"(?m)^  version +\d+\.\d+\.\d+$", outcome.Output);
        Assert.Matches(@"(?m)^  threads +3$", outcome.Output);
        Assert.Matches(@"(?m)^  hidden size +32$", outcome.Output);
        Assert.Matches(@"(?m)^  dimensions +8$", outcome.Output);
        Assert.Matches(@"(?m)^  pooling +mean, normalised$", outcome.Output);
        Assert.Contains(model.Folder, outcome.Output);
    }

    [Fact]
    public void EveryOpHasItsKernel()
    {
        Outcome outcome = CommandLine.Run("info", "--model", model.Folder);
        foreach ((string op, string kernel) in KernelSet.Chosen.Describe())
            Assert.Matches($@"(?m)^  {op} +{kernel}$", outcome.Output);
    }

    [Fact]
    public void TheMachineIsShownEvenWhereTheModelCannotBeLoaded()
    {
        Outcome outcome = CommandLine.Run("info", "--model", "/none/such");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains("/none/such", outcome.ErrorLine);
        Assert.Contains("\nkernels\n", outcome.Output);
        Assert.DoesNotContain("\nmodel\n", outcome.Output);
    }
}
