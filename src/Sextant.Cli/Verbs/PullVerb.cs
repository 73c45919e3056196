using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Hub;
using Sextant.Weights;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant pull</c>: downloads models from Hugging Face's hub into its cache.</summary>
internal sealed class PullVerb : Verb
{
    private const int Megabyte = 1_000_000;

    public override string Name => "pull";

    public override string Summary => "Downloads models from Hugging Face's hub.";

    public override string Usage => "ORG/NAME[@REVISION] …";

    public override string Details =>
        "Only what loading needs is downloaded: safetensors, configs, tokenizer; no pickles and no exports. It goes "
        + "into the hub's own cache, where Python's programs find it too, and each file's hash is compared with the "
        + "hub's. An ended download goes on where it stopped. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, "
        + "HF_HUB_OFFLINE and proxies are followed as Python follows them. Prints the folder of each model.";

    public override Flag[] Flags => [];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant pull BAAI/bge-small-en-v1.5", "A model that '--model BAAI/bge-small-en-v1.5' then means."),
        ("sextant pull org/name@v2", "A branch, a tag or a commit."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count == 0)
            throw new WrongUsageException("which model? give ORG/NAME or ORG/NAME@REVISION");
        foreach (string name in arguments.Texts)
        {
            if (!HubName.TryParse(name, out _))
                throw new WrongUsageException($"'{name}' is no name of a model; ORG/NAME or ORG/NAME@REVISION is "
                    + "needed");
        }
        using OutputFile output = OutputFile.Create(null, terminal);
        foreach (string name in arguments.Texts)
        {
            string folder = Pull(name, terminal);
            output.Stream.Write(Encoding.UTF8.GetBytes(folder + "\n"));
        }
        output.Commit();
        return Tool.Ok;
    }

    private static string Pull(string name, Terminal terminal)
    {
        ProgressLine? line = null;
        long shown = 0;
        var progress = new DirectProgress(now =>
        {
            lock (terminal)
            {
                line ??= new ProgressLine(terminal, "MB", Math.Max(1, now.Total / Megabyte));
                long done = now.Done / Megabyte;
                line.Advance((int)Math.Max(0, done - shown));
                shown = Math.Max(shown, done);
            }
        });
        try
        {
            return ModelHub.PullAsync(name, null, progress, terminal.Cancellation).GetAwaiter().GetResult();
        }
        finally
        {
            line?.Dispose();
        }
    }

    // Reports in the thread that has something to report: System.Progress would do it later.
    private sealed class DirectProgress(Action<PullProgress> report) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => report(value);
    }
}
