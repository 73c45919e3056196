using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Sextant.Postgres.Tests.PgliteServer))]

namespace Sextant.Postgres.Tests;

/// <summary>
/// PostgreSQL with pgvector, compiled to WebAssembly (PGlite), on a socket. It takes one connection at a time, and no
/// COPY over the socket.
/// </summary>
public sealed class PgliteServer : IDisposable
{
    /// <summary>The folder whose node_modules has PGlite, its pgvector and its socket.</summary>
    public const string Variable = "SEXTANT_PGLITE";

    private static readonly string? s_folder = Environment.GetEnvironmentVariable(Variable);

    private readonly SemaphoreSlim _alone = new(1);
    private Process? _server;
    private NpgsqlDataSource? _source;

    /// <summary>The folder; the test is skipped where there is none.</summary>
    public static string Folder
    {
        get
        {
            if (string.IsNullOrEmpty(s_folder))
                Required.Missing($"{Variable} names no folder with PGlite's packages");
            return s_folder!;
        }
    }

    /// <summary>The server for one test alone.</summary>
    public async Task<Lease> TakeAsync()
    {
        _ = Folder;
        await _alone.WaitAsync();
        try
        {
            _source ??= await StartAsync();
            return new Lease(_source, _alone);
        }
        catch
        {
            _alone.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _source?.Dispose();
        _server?.Kill(entireProcessTree: true);
        _server?.WaitForExit();
        _alone.Dispose();
    }

    private async Task<NpgsqlDataSource> StartAsync()
    {
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        string script = Path.Combine(Folder, "node_modules/@electric-sql/pglite-socket/dist/scripts/server.js");
        _server = Process.Start(new ProcessStartInfo(
            "node",
            [
                script, "--port", port.ToString(CultureInfo.InvariantCulture), "--extensions",
                "@electric-sql/pglite-pgvector:vector", "--max-connections", "8",
            ])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _server.OutputDataReceived += (_, _) => { };
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        NpgsqlDataSource source = NpgsqlDataSource.Create(string.Create(CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Pooling=false;SSL Mode=Disable;"
                + $"Timeout=60;Command Timeout=120"));
        for (long start = Environment.TickCount64; ;)
        {
            try
            {
                await using NpgsqlCommand command = source.CreateCommand("create extension if not exists vector");
                await command.ExecuteNonQueryAsync();
                return source;
            }
            catch (NpgsqlException) when (Environment.TickCount64 - start < 180_000 && !_server.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    public sealed class Lease(NpgsqlDataSource source, SemaphoreSlim alone) : IDisposable
    {
        public NpgsqlDataSource Source => source;

        public void Dispose() => alone.Release();
    }
}
