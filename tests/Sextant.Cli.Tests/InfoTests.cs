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
    public void APromptIsShownToTheLetter()
    {
        using var prompted = new TinyModel();
        File.WriteAllText(
            Path.Combine(prompted.Folder, "config_sentence_transformers.json"),
            """{"prompts":{"query":"query: ","document":"Given\ta  text,\nread: "},"default_prompt_name":null}""");
        Outcome outcome = CommandLine.Run("info", "--model", prompted.Folder);
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Matches(@"(?m)^  prompt query +""query: "" \(queries\)$", outcome.Output);
        Assert.Matches(@"(?m)^  prompt document +""Given\\ta  text,\\nread: "" \(documents\)$", outcome.Output);
    }

    [Fact]
    public void EveryOpHasItsKernel()
    {
        Outcome outcome = CommandLine.Run("info", "--model", model.Folder);
        foreach (ChosenKernel op in KernelSet.Chosen.Ops)
            Assert.Matches($@"(?m)^  {op.Table.Op} +{op.Name}$", outcome.Output);
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
