using System.Diagnostics;
using System.Security.Cryptography;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>
/// The clients of Node.js that clients/package.json names, installed by npm once into a folder of the system's
/// temporary files, and the scripts that try them.
/// </summary>
public sealed class NodeClients
{
    /// <summary>Makes what cannot be had a failure instead of a skip.</summary>
    public const string Required = "SEXTANT_REQUIRE_CLIENTS";

    private static readonly string s_sources = Path.Combine(
        Checkout.Root, "tests", "Sextant.Server.Tests", "clients");

    private readonly Lazy<Task<string>> _folder = new(Install);

    /// <summary>Skips the test where something cannot be had; fails where it is required.</summary>
    public static void SkipOrFail(string reason)
    {
        if (Environment.GetEnvironmentVariable(Required) is { Length: > 0 })
            Assert.Fail($"{Required} is set, but {reason}");
        Assert.Skip(reason);
    }

    /// <summary>Runs a script and requires that it comes to its end.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> Run(string script, params string[] arguments)
    {
        string folder;
        try
        {
            folder = await _folder.Value;
        }
        catch (InvalidOperationException problem)
        {
            SkipOrFail($"npm cannot install the clients of Node.js here: {problem.Message}");
            return "";
        }
        (int code, string text) = await Start(folder, "node", [script, .. arguments]);
        Assert.True(code == 0, text);
        return text;
    }

    // A folder for each content of package.json, filled beside it and renamed: a run finds it whole or not at all.
    private static async Task<string> Install()
    {
        string key = Convert.ToHexStringLower(
            SHA256.HashData(File.ReadAllBytes(Path.Combine(s_sources, "package.json"))))[..16];
        string folder = Path.Combine(Path.GetTempPath(), "sextant-node-clients-" + key);
        if (!Directory.Exists(folder))
        {
            string partial = Directory.CreateTempSubdirectory("sextant-node-clients-").FullName;
            File.Copy(Path.Combine(s_sources, "package.json"), Path.Combine(partial, "package.json"));
            (int code, string text) = await Start(
                partial, "npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]);
            if (code != 0)
            {
                Directory.Delete(partial, recursive: true);
                throw new InvalidOperationException(text.Trim());
            }
            try
            {
                Directory.Move(partial, folder);
            }
            catch (IOException) when (Directory.Exists(folder)) // another run was first
            {
                Directory.Delete(partial, recursive: true);
            }
        }
        foreach (string script in Directory.GetFiles(s_sources, "*.mjs"))
            File.Copy(script, Path.Combine(folder, Path.GetFileName(script)), overwrite: true);
        return folder;
    }

    private static async Task<(int Code, string Text)> Start(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} took more than three minutes");
            }
            return (process.ExitCode, await output + await error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"there is no {program}");
        }
    }
}
