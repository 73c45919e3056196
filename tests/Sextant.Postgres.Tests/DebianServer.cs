using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Sextant.Postgres.Tests.DebianServer))]

namespace Sextant.Postgres.Tests;

/// <summary>PostgreSQL of this system, in a folder of its own; without pgvector.</summary>
public sealed class DebianServer : IDisposable
{
    // Which the server refuses to be run by.
    private static readonly bool s_isRoot = Environment.UserName == "root";

    private readonly Lock _starting = new();
    private string? _folder;
    private string? _problem;
    private Process? _server;
    private NpgsqlDataSource? _source;

    public int Port { get; private set; }

    /// <summary>Connections to it; the test is skipped where there is no such server.</summary>
    public NpgsqlDataSource Source
    {
        get
        {
            lock (_starting)
            {
                if (_source is null && _problem is null)
                    Begin();
            }
            if (_problem is not null)
                Required.Missing(_problem);
            return _source!;
        }
    }

    /// <summary>Ends the server as a power cut would: no one is told.</summary>
    public void Kill()
    {
        _server!.Kill();
        _server.WaitForExit();
    }

    /// <summary>Starts it again after it was killed.</summary>
    public void StartAgain()
    {
        File.Delete(Path.Combine(_folder!, "data", "postmaster.pid"));
        Start();
        NpgsqlConnection.ClearAllPools();
    }

    public void Dispose()
    {
        _source?.Dispose();
        if (_server is { HasExited: false })
        {
            Run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", Path.Combine(_folder!, "data"));
            _server.WaitForExit();
        }
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    private void Begin()
    {
        if (Find("initdb") is null)
        {
            _problem = "PostgreSQL's initdb is not installed (apt install postgresql)";
            return;
        }
        _folder = Path.Combine(Path.GetTempPath(), $"sextant-postgres-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        if (s_isRoot)
            Run("chown", "postgres", _folder);
        Run(
            "initdb", "-D", Path.Combine(_folder, "data"), "-U", "sextant", "-A", "trust", "-E", "UTF8", "--locale=C",
            "--no-sync");
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        Start();
        _source = NpgsqlDataSource.Create(string.Create(CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={Port};Username=sextant;Database=postgres;Timeout=60;Command Timeout=120"));
    }

    private void Start()
    {
        _server = Process.Start(Command(
            "postgres", "-D", Path.Combine(_folder!, "data"), "-h", "127.0.0.1", "-k", _folder!, "-p",
            Port.ToString(CultureInfo.InvariantCulture)))!;
        _server.OutputDataReceived += (_, _) => { };
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        string address = string.Create(CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={Port};Username=sextant;Database=postgres;Timeout=2;Pooling=false");
        for (long start = Environment.TickCount64; ;)
        {
            try
            {
                using var connection = new NpgsqlConnection(address);
                connection.Open();
                return;
            }
            catch (NpgsqlException) when (Environment.TickCount64 - start < 120_000 && !_server.HasExited)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static ProcessStartInfo Command(string program, params string[] arguments)
    {
        string path = Find(program) ?? throw new FileNotFoundException($"there is no {program}");
        string[] user = s_isRoot && program != "chown"
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path] : [path];
        var start = new ProcessStartInfo(user[0], [.. user[1..], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(Command(program, arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output.Result}{error}");
    }

    private static string? Find(string program)
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        const string Debians = "/usr/lib/postgresql";
        if (Directory.Exists(Debians))
            folders = folders.Concat(Directory.GetDirectories(Debians).Select(one => Path.Combine(one, "bin")));
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }
}
