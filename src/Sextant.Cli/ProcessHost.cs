using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Cli;

/// <summary>Connects the tool to its process: standard streams, signals, exit codes.</summary>
internal static class ProcessHost
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static int Run(string[] args)
    {
        var cancellation = new CancellationTokenSource();
        int signalled = 0;
        void Stop(PosixSignalContext context)
        {
            int code = context.Signal == PosixSignal.SIGTERM ? 143 : 130;
            if (Interlocked.Exchange(ref signalled, code) != 0)
                return; // asked twice: the system's own way ends the process now
            context.Cancel = true;
            cancellation.Cancel();
            // A read that waits for a terminal or a pipe sees no token; what was half written is gone by then.
            _ = Task.Delay(Patience).ContinueWith(_ => Environment.Exit(code), TaskScheduler.Default);
        }
        PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using Stream input = Console.OpenStandardInput();
        using Stream output = OpenOutput();
        using var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        int exit = Tool.Run(args, new Terminal(input, output, error)
        {
            OutputIsTerminal = !Console.IsOutputRedirected,
            HasStyles = !Console.IsOutputRedirected && HasStyles(),
            Width = Console.IsOutputRedirected ? 80 : ReadWidth(),
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Cancellation = cancellation.Token,
        });
        GC.KeepAlive(interrupt); // not disposed: a signal in the last moment is not to kill what is already done
        GC.KeepAlive(terminate);
        return signalled != 0 && exit != 0 ? signalled : exit;
    }

    // no-color.org
    private static bool HasStyles() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    private static int ReadWidth()
    {
        try
        {
            return Console.WindowWidth is > 20 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    // The console's own stream hides that the reader of a pipe is gone, and the tool would work on for nobody.
    // A file stream tells; but in a file it keeps a position of its own, and what other programs append to the same
    // output would be overwritten. So: the one for pipes and terminals, the other for files.
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return direct.CanSeek ? Console.OpenStandardOutput() : direct;
    }
}
