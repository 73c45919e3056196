using Sextant.Cli.Inputs;
using Sextant.Cli.Verbs;

namespace Sextant.Cli.Arguments;

/// <summary>Reads a command line.</summary>
/// <remarks>
/// Written by hand on purpose: System.CommandLine 2.0.0 costs 7 to 25 ms of each start, takes a misspelt flag for a
/// text where texts are expected, and reads '@file' as a file of further arguments. All that is needed is here:
/// --flag value, --flag=value, -k10, and -- before texts that begin with a dash.
/// </remarks>
internal static class ArgumentReader
{
    /// <summary>Whether a help flag stands anywhere it can be no value and no text.</summary>
    public static bool AsksForHelp(Verb verb, ReadOnlySpan<string> args)
    {
        for (int i = 0; i < args.Length && args[i] != "--"; i++)
        {
            if (args[i] is "--help" or "-h" or "-?")
                return true;
            string argument = args[i];
            if (Array.Exists(verb.AllFlags, flag => flag.Name == argument && !flag.IsSwitch))
                i++;
        }
        return false;
    }

    /// <summary>Reads the flags and texts of a verb.</summary>
    /// <exception cref="WrongUsageException">An unknown flag, a flag without its value, or given twice.</exception>
    public static ArgumentValues Read(Verb verb, ReadOnlySpan<string> args)
    {
        var texts = new List<string>();
        var values = new List<FlagValue>();
        for (int i = 0; i < args.Length; i++)
        {
            string argument = args[i];
            if (argument == "--")
            {
                texts.AddRange(args[(i + 1)..]);
                break;
            }
            if (StandardInput.Is(argument))
            {
                values.Add(new FlagValue(InputFlags.Input, StandardInputOf(verb, argument, values)));
                continue;
            }
            if (argument.Length < 2 || argument[0] != '-')
            {
                texts.Add(argument);
                continue;
            }
            (Flag flag, string? value) = Split(verb, argument);
            if (flag.IsSwitch && value is not null)
                throw new WrongUsageException($"{flag.Name} takes no value, but '{value}' is given");
            if (value is null && !flag.IsSwitch)
            {
                if (i + 1 == args.Length)
                    throw new WrongUsageException($"{flag.Name} needs a value: {flag.Name} {flag.Value}");
                value = args[++i];
                if (Array.Exists(verb.AllFlags, other => other.Name == value))
                {
                    throw new WrongUsageException(
                        $"{flag.Name} needs a value, but the flag {value} follows it; if it is meant: "
                            + $"{flag.Name}={value}");
                }
            }
            if (value is "" && !flag.MayBeEmpty)
                throw new WrongUsageException($"{flag.Name} is empty; it needs a value: {flag.Name} {flag.Value}");
            if (!flag.Repeats && values.Exists(other => other.Flag == flag))
                throw new WrongUsageException($"{flag.Name} is given twice");
            values.Add(new FlagValue(flag, value ?? ""));
        }
        return new ArgumentValues(texts, values);
    }

    // Never a text in silence: where texts are taken it stands for --input -, elsewhere it is refused.
    private static string StandardInputOf(Verb verb, string argument, List<FlagValue> values)
    {
        if (!verb.TakesTexts)
        {
            throw new WrongUsageException(
                $"'{argument}' is standard input, which is not accepted here; if it is a text: -- {argument}");
        }
        if (values.Exists(other => other.Flag == InputFlags.Input))
            throw new WrongUsageException($"{InputFlags.Input.Name} and '{argument}' are both given");
        return argument;
    }

    private static (Flag Flag, string? Value) Split(Verb verb, string argument)
    {
        int equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=') : -1;
        string name = equals < 0 ? argument : argument[..equals];
        foreach (Flag flag in verb.AllFlags)
        {
            if (flag.Name == name)
                return (flag, equals < 0 ? null : argument[(equals + 1)..]);
            if (flag.Name.Length == 2 && argument.StartsWith(flag.Name, StringComparison.Ordinal))
                return (flag, argument[(argument[2] == '=' ? 3 : 2)..]);
        }
        foreach ((string gone, string instead) in verb.GoneFlags)
        {
            if (gone == name)
                throw new WrongUsageException($"{name} is no longer a flag of {verb.Name}: {instead}");
        }
        throw new WrongUsageException(
            $"there is no flag {name}{Spelling.Hint(name, verb.AllFlags.Select(flag => flag.Name))}; "
            + "a text that begins with a dash goes after --");
    }
}
