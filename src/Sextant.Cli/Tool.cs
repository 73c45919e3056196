using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Cli.Verbs;
using Sextant.Cli.Verbs.Bench;
using Sextant.Cli.Verbs.Mcp;

namespace Sextant.Cli;

/// <summary>
/// The <c>sextant</c> tool: chooses the verb, and turns what goes wrong into one line and an exit code.
/// </summary>
public static class Tool
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>The work failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int WrongUsage = 2;

    /// <summary>The user ended the work.</summary>
    public const int Cancelled = 130;

    internal static Verb[] Verbs { get; } =
    [
        new DevicesVerb(), new ConvertVerb(), new PullVerb(), new ModelsVerb(),
        new EmbedVerb(), new SearchVerb(), new IndexVerb(), new EvalVerb(), new TokenizeVerb(), new InfoVerb(),
        new VerifyVerb(),
        new RerankVerb(), new ClassifyVerb(), new SparseVerb(), new McpVerb(),
        new BenchVerb(), new BenchPeakVerb(), new BenchKernelsVerb(), new BenchModelVerb(), new BenchSearchVerb(),
        new BenchCompareVerb(), new BenchReportVerb(), new BenchColdStartVerb(),
    ];

    /// <summary>The tool's version.</summary>
    public static string Version => typeof(Tool).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>
    /// Runs one command line and returns its exit code: 0 ok, 1 failed, 2 wrong usage, 130 cancelled.
    /// </summary>
    public static int Run(ReadOnlySpan<string> args, Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        string name = "sextant";
        // Whatever a verb prints of files, names and paths, no control character of theirs reaches a terminal.
        terminal = terminal with
        {
            Output = terminal.OutputIsTerminal ? new CleanStream(terminal.Output) : terminal.Output,
            StyledOutput = terminal.Output,
            Error = new CleanWriter(terminal.Error),
        };
        try
        {
            if (args.IsEmpty)
                throw new WrongUsageException("which verb? " + string.Join(", ", Verbs.Select(one => one.Name)));
            if (args[0] is "--help" or "-h" or "-?" || (args[0] == "help" && args.Length == 1))
                return Print(terminal, HelpText.ForTool(Verbs));
            if (args[0] is "--version" || (args[0] == "version" && args.Length == 1))
                return Print(terminal, $"sextant {Version}\n");
            if (args[0] == "version")
                throw new WrongUsageException($"version stands alone; '{args[1]}' is not accepted here");
            if (args[0] == "help")
                return Print(terminal, HelpText.ForVerb(FindForHelp(args[1..])));
            Verb verb = Find(args, out int words);
            name = $"sextant {verb.Name}";
            terminal = terminal with { Program = name };
            if (ArgumentReader.AsksForHelp(verb, args[words..]))
                return Print(terminal, HelpText.ForVerb(verb));
            ArgumentValues arguments = ArgumentReader.Read(verb, args[words..]);
            using Device? device = DeviceFlags.Open(arguments, name, terminal);
            arguments = arguments with
            {
                Device = device,
                Warn = line => terminal.Error.WriteLine($"{name}: {line}"),
            };
            return verb.Run(arguments, terminal);
        }
        catch (WrongUsageException problem)
        {
            terminal.Error.WriteLine($"{name}: {OneLine(problem.Message)} (see '{name} --help')");
            return WrongUsage;
        }
        catch (OperationCanceledException) when (terminal.Cancellation.IsCancellationRequested)
        {
            return Cancelled;
        }
        catch (BrokenPipeException)
        {
            return Ok; // the reader has seen enough
        }
        catch (Exception problem) when (IsExpected(problem))
        {
            terminal.Error.WriteLine($"{name}: {OneLine(problem.Message)}");
            return Failed;
        }
        catch (Exception problem)
        {
            terminal.Error.WriteLine($"{name}: this is a defect of the tool: {OneLine(problem.ToString())}");
            return Failed;
        }
    }

    // A verb may have two words, such as 'bench peak'; the longer name goes before the shorter one.
    private static Verb Find(ReadOnlySpan<string> args, out int words)
    {
        for (words = Math.Min(2, args.Length); words > 0; words--)
        {
            string wanted = string.Join(' ', args[..words]!);
            foreach (Verb verb in Verbs)
            {
                if (verb.Name == wanted)
                    return verb;
            }
        }
        string name = args[0];
        throw new WrongUsageException(
            $"there is no verb '{name}'{Spelling.Hint(name, Verbs.Select(one => one.Name))}");
    }

    // 'help bench peak': all that stands after 'help' is the verb's name.
    private static Verb FindForHelp(ReadOnlySpan<string> names)
    {
        Verb verb = Find(names, out int words);
        return words == names.Length
            ? verb
            : throw new WrongUsageException($"help takes the name of a verb; '{names[words]}' is not accepted here");
    }

    private static int Print(Terminal terminal, string text)
    {
        using var output = new ResultStream(terminal.Output);
        output.Write(Encoding.UTF8.GetBytes(text));
        return Ok;
    }

    private static bool IsExpected(Exception problem) =>
        problem is SextantException or InputException or IOException or UnauthorizedAccessException
            or NotSupportedException or OutOfMemoryException;

    private static string OneLine(string message) =>
        string.Join(
            ' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
