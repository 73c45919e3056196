using Sextant.Cli.Tests;
using Sextant.Server.Hosting;

namespace Sextant.Server.Tests;

/// <summary>What the server may be told, and what it refuses before it starts.</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData("'--modle' is not known", "--modle", "x")]
    [InlineData("--model needs a value", "--model")]
    [InlineData("--device is given twice", "--device", "cpu", "--device", "cpu")]
    [InlineData("NAME=FOLDER", "--index", "x")]
    [InlineData("no name of an index", "--index", "a/b=x")]
    [InlineData("precision is 'f64'", "--precision", "f64")]
    [InlineData("device is 'gpus'", "--device", "gpus")]
    [InlineData("truncate is 'middle'", "--truncate=middle")]
    [InlineData("max-inputs is 0", "--max-inputs", "0")]
    [InlineData("Sextant", "--threads", "many")]
    [InlineData("model 'tiny' is given twice", "--model", "tiny", "--model", "tiny")]
    [InlineData("there is no such file", "--api-key-file", "/no/such/file")]
    public void WrongOptionsAreRefusedByName(string expected, params string[] arguments)
    {
        OptionException problem = Assert.Throws<OptionException>(() => ServerApp.Build(arguments));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckTellsWhetherAServerAnswers()
    {
        using var error = new StringWriter();
        await using RunningServer server = await RunningServer.Start("--model", "tiny");
        Assert.Equal(ServerHost.Ok, await ServerHost.Run(["--check", server.Url], error));
        server.Models.IsReady = false;
        Assert.Equal(ServerHost.Failed, await ServerHost.Run(["--check", server.Url], error));
        Assert.Equal(ServerHost.Failed, await ServerHost.Run(["--check", "nothing"], error));
    }

    [Fact]
    public async Task AModelThatIsNotThereEndsTheServer()
    {
        using var error = new StringWriter();
        int code = await ServerHost.Run(["--model", "/no/such/folder", "--urls", "http://127.0.0.1:0"], error);
        Assert.Equal(ServerHost.Failed, code);
        Assert.Contains("/no/such/folder", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ServerHost.WrongUsage, await ServerHost.Run(["--nope"], error));
    }

    [Theory]
    [InlineData("sentence-transformers")]
    [InlineData("pylate")]
    [InlineData("colbert")]
    public async Task ALateInteractionModelIsNotServedAndIsCalledSo(string kind)
    {
        string folder = Path.Combine(Checkout.Root, "tests", "fixtures", "multi-vector", kind);
        using var error = new StringWriter();
        int code = await ServerHost.Run(["--model", folder, "--urls", "http://127.0.0.1:0"], error);
        Assert.Equal(ServerHost.Failed, code);
        Assert.Contains("late-interaction", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("sextant rerank", error.ToString(), StringComparison.Ordinal);
    }
}

/// <summary>What the environment says; alone, since the environment is everybody's.</summary>
[CollectionDefinition(nameof(EnvironmentTests), DisableParallelization = true)]
[Collection(nameof(EnvironmentTests))]
public sealed class EnvironmentTests
{
    [Fact]
    public void UnknownKeysOfTheConfigurationAreRefused()
    {
        Environment.SetEnvironmentVariable("Sextant__Presicion", "int8");
        try
        {
            OptionException problem = Assert.Throws<OptionException>(() => ServerApp.Build([]));
            Assert.Contains("Presicion", problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Sextant__Presicion", null);
        }
    }
}
