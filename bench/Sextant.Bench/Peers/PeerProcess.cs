using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sextant.Bench.Peers;

/// <summary>
/// Another engine in a process of its own, on the processors that this one may use: it answers each line on its
/// standard input with one line on its standard output, and times itself.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    private PeerProcess(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>What it said when it was ready: its version.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It did not start, or says why it cannot.</exception>
    public static PeerProcess Start(string name, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var peer = new PeerProcess(name, process);
        peer.Version = peer.Answer("start");
        return peer;
    }

    /// <summary>A folder of bench/peers, looked for upwards from where the benchmark was built.</summary>
    public static string Folder(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "bench", "peers", name);
            if (Directory.Exists(folder))
                return folder;
        }
        throw new InvalidOperationException(
            $"bench/peers/{name} is not above the benchmark: run it from its checkout.");
    }

    /// <summary>The command that gives a model its input: sequences of one length.</summary>
    public static string Ids(TokenSequence[] batch)
    {
        var ids = new StringBuilder();
        ids.Append(CultureInfo.InvariantCulture, $"ids {batch.Length} {batch[0].Ids.Length}");
        foreach (TokenSequence sequence in batch)
        {
            foreach (int id in sequence.Ids.Span)
                ids.Append(CultureInfo.InvariantCulture, $" {id}");
        }
        return ids.ToString();
    }

    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return Answer(command[..Math.Min(40, command.Length)]);
    }

    /// <summary>The same; false where it answers with an error, which is the answer then.</summary>
    public bool TryAsk(string command, out string answer)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"{_name}, '{command}': the process ended.");
        return !answer.StartsWith("error", StringComparison.Ordinal);
    }

    /// <summary>Asks for values that come in base64.</summary>
    public T[] Values<T>(string command)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Convert.FromBase64String(Ask(command))).ToArray();

    /// <summary>Asks for times: median and minimum, in milliseconds. Seconds.</summary>
    public (double Median, double Minimum) Times(string command)
    {
        string[] answer = Ask(command).Split(' ');
        return (double.Parse(answer[0], CultureInfo.InvariantCulture) / 1e3,
            double.Parse(answer[1], CultureInfo.InvariantCulture) / 1e3);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Answer(string command)
    {
        string? answer = _process.StandardOutput.ReadLine();
        return answer is not null && !answer.StartsWith("error", StringComparison.Ordinal)
            ? answer
            : throw new InvalidOperationException($"{_name}, '{command}': {answer ?? "the process ended."}");
    }
}
