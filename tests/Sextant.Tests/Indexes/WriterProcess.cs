using System.Diagnostics;
using System.Globalization;

namespace Sextant.Tests.Indexes;

/// <summary>Rounds of commits in a process of their own, whose system calls can be made to fail.</summary>
internal static class WriterProcess
{
    /// <summary>Where it is 1, faults must be possible; elsewhere tests of them are skipped by name.</summary>
    public const string Variable = "SEXTANT_REQUIRE_FAULTS";

    /// <summary>How a process ended.</summary>
    /// <param name="Exit">0: all rounds; 3: a typed error; 4: a writer that had failed went on.</param>
    /// <param name="Said">The last round that it said was committed; 0: none.</param>
    /// <param name="Error">What it wrote to stderr.</param>
    public sealed record Ended(int Exit, long Said, string Error);

    /// <summary>The command line of a writer.</summary>
    public static string[] Command(string folder, long rounds) =>
    [
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
        Path.Combine(AppContext.BaseDirectory, "Sextant.IndexWriter.dll"), folder,
        rounds.ToString(CultureInfo.InvariantCulture),
    ];

    /// <summary>Runs a writer under strace, which makes a system call fail instead of doing it.</summary>
    public static Ended RunWithFault(string call, string error, string when, string folder, long rounds) =>
        Run([
            "strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", $"trace={call}", "-e",
            $"inject={call}:error={error}:when={when}", .. Command(folder, rounds),
        ]);

    /// <summary>Runs a command and waits for its end.</summary>
    public static Ended Run(string[] command, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        long said = lines.Length == 0 ? 0 : long.Parse(lines[^1], CultureInfo.InvariantCulture);
        return new Ended(process.ExitCode, said, error.Result);
    }

    /// <summary>Skips where strace is missing or may not trace.</summary>
    public static void NeedStrace() =>
        Need(CanRun("strace", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "true"),
            "strace cannot make system calls fail here");

    /// <summary>The library that makes a disk small (disk.c), compiled; skips where there is no compiler.</summary>
    public static string SmallDisk(string folder)
    {
        string library = Path.Combine(folder, "disk.so"), source = Path.Combine(AppContext.BaseDirectory, "disk.c");
        bool made = Array.Exists(["cc", "gcc", "clang-19", "clang"], compiler =>
            CanRun(compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"));
        Need(made && OperatingSystem.IsLinux(), "there is no C compiler here");
        return library;
    }

    private static void Need(bool isThere, string problem)
    {
        if (!isThere && Environment.GetEnvironmentVariable(Variable) == "1")
            Assert.Fail($"{problem}, and {Variable} is 1");
        Assert.SkipUnless(isThere, problem);
    }

    private static bool CanRun(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
