using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;
using Sextant.Cli.Arguments;
using Sextant.Mcp;

namespace Sextant.Cli.Verbs.Mcp;

/// <summary><c>sextant mcp</c>: search, embeddings and similarity as tools of an agent.</summary>
internal sealed class McpVerb : Verb
{
    public static readonly Flag In = new(
        "--in", "[NAME=]FOLDER", "A folder of files to search; may be given again. Default name: the folder's own.",
        Repeats: true);
    public static readonly Flag Index = new(
        "--index", "[NAME=]IDX",
        "An index that 'sextant index' made; may be given again. Default name: the folder's own.", Repeats: true);
    public static readonly Flag NoCache = new(
        "--no-cache", "", "Neither use vectors of earlier searches in files nor keep those of these.");

    public override string Name => "mcp";

    public override string Summary => "Serves search, embeddings and similarity to agents (Model Context Protocol).";

    public override string Usage => "[--in FOLDER …] [--index IDX …] [flags]";

    public override string Details =>
        "A client starts it and speaks with it over standard input and output. Tools: search, embed, similarity; "
        + "passages are resources. Nothing is changed but the cache of vectors (SEXTANT_CACHE names its folder), and "
        + "nothing but what is named here is read: no link, hidden file or path leads out of it. Files "
        + "are searched as 'sextant search --in' does, so that changes are seen at once. Logs are on standard error.";

    public override Flag[] Flags => [In, Index, ModelFlags.Model, ModelFlags.Threads, NoCache];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant mcp --in docs", "A folder's files."),
        ("sextant mcp --index handbook=notes.idx --in src", "An index under a name, and a folder."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"mcp takes no text; '{arguments.Texts[0]}' is not accepted here");
        using var host = new ToolHost(arguments, terminal);
        using var logs = new ErrorLog(terminal);
        Serve(host, logs, terminal).GetAwaiter().GetResult();
        return Tool.Ok;
    }

    private static async Task Serve(ToolHost host, ILoggerFactory logs, Terminal terminal)
    {
        var options = new McpServerOptions();
        McpHandlers.Configure(options, host);
        await using var transport = new FinishingTransport(terminal, McpLimits.MessageBytes, logs);
        await using McpServer server = McpServer.Create(transport, options, logs);
        await server.RunAsync(terminal.Cancellation).ConfigureAwait(false);
        if (transport.Input.IsExceeded)
            throw new InputException($"a message is longer than {McpLimits.MessageBytes} bytes.");
    }
}
