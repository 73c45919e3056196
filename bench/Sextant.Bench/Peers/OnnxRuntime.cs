using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sextant.Bench.Peers;

/// <summary>
/// ONNX Runtime with one graph of a synthetic model, in a process of its own: bench/peers/onnxruntime/serve.mjs, which
/// describes the commands. The process runs on the processors that this one may use.
/// </summary>
internal sealed class OnnxRuntime : IDisposable
{
    private readonly Process _process;

    private OnnxRuntime(string graph, Process process)
    {
        Graph = graph;
        _process = process;
    }

    /// <summary>The graph's name: plain or fused.</summary>
    public string Graph { get; }

    /// <summary>Starts the process and waits until its sessions are loaded.</summary>
    /// <exception cref="InvalidOperationException">A part is missing; the message says how to make it.</exception>
    public static OnnxRuntime Start(string modelFolder, string graph, int threads, int sessions)
    {
        string folder = Folder();
        string model = Path.Combine(modelFolder, graph + ".onnx");
        if (!File.Exists(model))
            throw new InvalidOperationException($"{model} is missing: python3 {folder}/make_model.py {modelFolder}");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "onnxruntime-node")))
        {
            throw new InvalidOperationException(
                $"onnxruntime-node is missing: npm install --ignore-scripts --prefix {folder}");
        }
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(folder, "serve.mjs"));
        start.ArgumentList.Add(model);
        start.ArgumentList.Add(threads.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(sessions.ToString(CultureInfo.InvariantCulture));
        Process process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var peer = new OnnxRuntime(graph, process);
        peer.Answer("start");
        return peer;
    }

    /// <summary>Sets the input of the next commands: sequences of equal length.</summary>
    public void SetInput(TokenSequence[] batch)
    {
        var command = new StringBuilder();
        command.Append(CultureInfo.InvariantCulture, $"ids {batch.Length} {batch[0].Ids.Length}");
        foreach (TokenSequence sequence in batch)
        {
            foreach (int id in sequence.Ids.Span)
                command.Append(CultureInfo.InvariantCulture, $" {id}");
        }
        Ask(command.ToString());
    }

    /// <summary>The hidden states of the input, [batch, tokens, hidden].</summary>
    public float[] HiddenStates() =>
        MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(Ask("check"))).ToArray();

    /// <summary>Seconds of a pass over the input, with <paramref name="rows"/> sequences a run.</summary>
    public (double Median, double Minimum) Time(int passes, int rows)
    {
        string[] answer = Ask(string.Create(CultureInfo.InvariantCulture, $"time {passes} {rows}")).Split(' ');
        return (Seconds(answer[0]), Seconds(answer[1]));
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static double Seconds(string milliseconds) =>
        double.Parse(milliseconds, CultureInfo.InvariantCulture) / 1e3;

    private string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return Answer(command[..Math.Min(40, command.Length)]);
    }

    private string Answer(string command)
    {
        string? answer = _process.StandardOutput.ReadLine();
        return answer is not null && !answer.StartsWith("error", StringComparison.Ordinal)
            ? answer
            : throw new InvalidOperationException(
                $"ONNX Runtime ({Graph}), '{command}': {answer ?? "the process ended."}");
    }

    // The checkout's folder, looked for upwards from where the benchmark was built.
    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "bench", "peers", "onnxruntime");
            if (File.Exists(Path.Combine(folder, "serve.mjs")))
                return folder;
        }
        throw new InvalidOperationException(
            "bench/peers/onnxruntime is not above the benchmark: run it from its checkout.");
    }
}
