using System.Globalization;

namespace Sextant.Server.Hosting;

/// <summary>Arguments as configuration values: a flag may be given again where it makes a list.</summary>
internal static class CommandLine
{
    public const string Help = """
        sextant-server [flags]: serves embedding models, rerankers and indexes over HTTP.

          --model NAME|DIR        A model; may be given again. Its kind is found from its folder, its id is this name.
                                  Default: SEXTANT_MODEL, or the model that came with this build.
          --index NAME=FOLDER     An index to search and change; may be given again. One that is not there is made.
          --urls URL              Where to listen. Default: http://127.0.0.1:8080.
          --precision P           exact, int8, bf16 or fast. Default: exact.
          --device D              cpu, cuda, opencl, ilgpu:cuda … as 'sextant devices' lists them. Default: cpu.
          --threads N             Threads to compute with. Default: as many as the process may use.
          --truncate SIDE         What becomes of an input that is too long: right, left or error. Default: right, and
                                  the response says so.
          --api-key-file F        Keys, one a line; requests must then bring one as 'Authorization: Bearer KEY'.
          --max-inputs N          Most inputs of a request. Default: 2048.
          --max-tokens N          Most tokens of a request. Default: 300000.
          --max-body-bytes N      Most bytes of a request. Default: 33554432.
          --queue-tokens N        Tokens that may wait for a model before requests are refused. Default: 1000000.
          --batch-tokens N        Tokens that are computed together. Default: 8192.
          --shutdown-seconds N    How long requests in flight have when the server stops. Default: 30.
          --check URL             Alone: whether the server at URL answers requests; exit code 0 or 1.
          --help                  This text.

        The same by environment variables (Sextant__Precision=int8, Sextant__Models__0=minilm) and appsettings.json.
        """;

    private static readonly (string Flag, string Key)[] s_flags =
    [
        ("--model", "Sextant:Models"),
        ("--index", "Sextant:Indexes"),
        ("--urls", "urls"),
        ("--precision", "Sextant:Precision"),
        ("--device", "Sextant:Device"),
        ("--threads", "Sextant:Threads"),
        ("--truncate", "Sextant:Truncate"),
        ("--api-key-file", "Sextant:ApiKeyFile"),
        ("--max-inputs", "Sextant:MaxInputs"),
        ("--max-tokens", "Sextant:MaxTokens"),
        ("--max-body-bytes", "Sextant:MaxBodyBytes"),
        ("--queue-tokens", "Sextant:QueueTokens"),
        ("--batch-tokens", "Sextant:BatchTokens"),
        ("--shutdown-seconds", "Sextant:ShutdownSeconds"),
    ];

    /// <summary>Configuration keys and values of arguments.</summary>
    /// <exception cref="OptionException">A flag is unknown, lacks its value, or is given twice.</exception>
    public static Dictionary<string, string?> Read(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        int models = 0;
        for (int i = 0; i < arguments.Count; i++)
        {
            string flag = arguments[i], value;
            if (flag.IndexOf('=') is > 0 and int place && flag.StartsWith("--", StringComparison.Ordinal))
                (flag, value) = (flag[..place], flag[(place + 1)..]);
            else if (i + 1 < arguments.Count)
                value = arguments[++i];
            else
                value = "";
            string key = Array.Find(s_flags, one => one.Flag == flag).Key ?? throw new OptionException(
                $"'{flag}' is not known; accepted: {string.Join(", ", s_flags.Select(one => one.Flag))}, --help");
            if (value.Length == 0)
                throw new OptionException($"{flag} needs a value");
            if (flag == "--model")
                key = string.Create(CultureInfo.InvariantCulture, $"{key}:{models++}");
            else if (flag == "--index")
                (key, value) = Index(key, value);
            if (!values.TryAdd(key, value))
                throw new OptionException($"{flag} is given twice");
        }
        return values;
    }

    private static (string Key, string Value) Index(string key, string value)
    {
        int place = value.IndexOf('=');
        if (place <= 0 || place == value.Length - 1)
            throw new OptionException($"--index is '{value}'; NAME=FOLDER is accepted");
        string name = value[..place];
        if (!IsName(name))
            throw new OptionException($"'{name}' is no name of an index; letters, digits, '-', '_' and '.' are "
                + "accepted");
        return ($"{key}:{name}", value[(place + 1)..]);
    }

    /// <summary>Whether a name can stand in an address as it is.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 128 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
