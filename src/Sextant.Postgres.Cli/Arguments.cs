namespace Sextant.Postgres.Cli;

/// <summary>A command line: a command, one operand, and flags as --flag, --flag VALUE or --flag=VALUE.</summary>
internal sealed class Arguments
{
    private static readonly string[] s_switches = ["--hnsw", "--insert", "--upsert"];
    private static readonly string[] s_values = ["--to", "--name", "--types", "--index"];

    private readonly Dictionary<string, string> _flags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly string? _operand;

    /// <exception cref="WrongUsageException">It is no such command line.</exception>
    public Arguments(string[] args)
    {
        if (args.Length == 0)
            throw new WrongUsageException("which command? export, import, list");
        Command = args[0];
        for (int i = 1; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                if (_operand is not null)
                    throw new WrongUsageException($"'{args[i]}' is one thing too many");
                _operand = args[i];
                continue;
            }
            string[] parts = args[i].Split('=', 2);
            bool isSwitch = s_switches.Contains(parts[0]);
            if (!isSwitch && !s_values.Contains(parts[0]))
                throw new WrongUsageException($"there is no flag {parts[0]}");
            if (isSwitch && parts.Length == 2)
                throw new WrongUsageException($"{parts[0]} takes no value");
            string value = isSwitch ? "" : parts.Length == 2 ? parts[1] : ++i < args.Length ? args[i] : "";
            if (!isSwitch && value.Length == 0)
                throw new WrongUsageException($"{parts[0]} needs a value");
            if (!_flags.TryAdd(parts[0], value))
                throw new WrongUsageException($"{parts[0]} is given twice");
        }
    }

    public string Command { get; }

    public string Operand(string what) => _operand ?? throw new WrongUsageException($"{Command} needs {what}");

    public bool Has(string flag) => Value(flag) is not null;

    public string? Value(string flag)
    {
        _used.Add(flag);
        return _flags.GetValueOrDefault(flag);
    }

    /// <summary>Refuses flags that the command did not ask for.</summary>
    public void RequireAllUsed()
    {
        foreach (string flag in _flags.Keys)
        {
            if (!_used.Contains(flag))
                throw new WrongUsageException($"{Command} takes no {flag}");
        }
    }
}
