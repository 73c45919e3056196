using Sextant.Cli.Outputs;

namespace Sextant.Cli.Tests;

/// <summary>What happens at the edges of the process: terminals, broken pipes, cancellation.</summary>
public sealed class ProcessTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData("npy")]
    [InlineData("f32")]
    public void BinaryOutputIsNotForATerminal(string format)
    {
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { OutputIsTerminal = true };
        Outcome outcome = CommandLine.RunOn(streams, "embed", "one", "--model", model.Folder, "--format", format);
        Assert.Equal((2, ""), (outcome.Exit, outcome.Output));
        Assert.Contains("--output FILE", outcome.ErrorLine);
    }

    [Fact]
    public void CancellingLeavesTheOldFileAndNoOther()
    {
        string path = Path.Combine(model.Folder, "result.jsonl");
        File.WriteAllText(path, "old");
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var streams = new Streams("one\ntwo\n");
        streams.Terminal = streams.Terminal with { Cancellation = cancellation.Token };
        Outcome outcome = CommandLine.RunOn(
            streams, "embed", "--input", "-", "--model", model.Folder, "--output", path);
        Assert.Equal((130, "", ""), (outcome.Exit, outcome.Output, outcome.Error));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Empty(Directory.GetFiles(model.Folder, "*.partial"));
    }

    [Fact]
    public void AFailureLeavesTheOldFileAndNoOther()
    {
        string path = Path.Combine(model.Folder, "other.jsonl");
        File.WriteAllText(path, "old");
        Outcome outcome = CommandLine.RunWith(
            "{\"text\":\"one\"}\n{", "embed", "--input", "-", "--input-format", "jsonl", "--model", model.Folder,
            "--output", path);
        Assert.Equal(1, outcome.Exit);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Empty(Directory.GetFiles(model.Folder, "*.partial"));
    }

    [Fact]
    public void AnOldFileIsReplacedWhole()
    {
        string path = Path.Combine(model.Folder, "replaced.jsonl");
        File.WriteAllText(path, new string('x', 100_000));
        Assert.Equal(0, CommandLine.Run("embed", "one", "--model", model.Folder, "--output", path).Exit);
        Assert.Equal(CommandLine.Run("embed", "one", "--model", model.Folder).Output, File.ReadAllText(path));
    }

    [Fact]
    public void AReaderThatIsGoneIsNoError()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The error's number is another on Windows.");
        var error = new StringWriter();
        var terminal = new Terminal(Stream.Null, new GoneStream(32), error);
        Assert.Equal(0, Tool.Run(["embed", "one", "--model", model.Folder], terminal));
        Assert.Equal("", error.ToString());
        Assert.Equal(0, Tool.Run(["--help"], terminal));
    }

    [Fact]
    public void ADiskThatIsFullIsAnError()
    {
        var error = new StringWriter();
        Assert.Equal(1,
            Tool.Run(["embed", "one", "--model", model.Folder], new Terminal(Stream.Null, new GoneStream(28), error)));
        Assert.Contains("sextant embed: ", error.ToString());
    }

    [Fact]
    public void ProgressIsForTerminalsAndIsWipedOut()
    {
        var silent = new StringWriter();
        using (var line = new ProgressLine(new Terminal(Stream.Null, Stream.Null, silent), "texts"))
        {
            Thread.Sleep(500);
            line.Advance(5);
        }
        Assert.Equal("", silent.ToString());

        var shown = new StringWriter();
        using (var line = new ProgressLine(
            new Terminal(Stream.Null, Stream.Null, shown) { ErrorIsTerminal = true }, "texts", 10))
        {
            Thread.Sleep(500);
            line.Advance(5);
        }
        string[] parts = shown.ToString().Split('\r');
        Assert.Matches(@"^\[#{12}\.{12}\] 5 of 10 texts, \d+/s$", parts[1]);
        Assert.Equal(new string(' ', parts[1].Length), parts[2]);
        Assert.Equal("", parts[3]);
    }

    [Fact]
    public void WithoutATerminalThereIsALineEveryTenSeconds()
    {
        var clock = new Clock();
        var log = new StringWriter();
        var terminal = new Terminal(Stream.Null, Stream.Null, log) { Program = "sextant embed", Clock = clock };
        using (var line = new ProgressLine(terminal, "texts", 100))
        {
            for (int second = 0; second < 35; second++)
            {
                clock.Seconds = second;
                line.Advance(2);
                line.Report(1);
            }
        }
        Assert.Equal(
            ["sextant embed: 22 of 100 texts, 2/s", "sextant embed: 42 of 100 texts, 2/s",
                "sextant embed: 62 of 100 texts, 2/s"],
            log.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    private sealed class GoneStream(int error) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw Gone();

        public override void Write(ReadOnlySpan<byte> buffer) => throw Gone();

        private IOException Gone() => new("gone", error);
    }
}
