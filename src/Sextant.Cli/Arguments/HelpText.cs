using System.Text;

namespace Sextant.Cli.Arguments;

/// <summary>Writes the help from what the verbs say about themselves.</summary>
internal static class HelpText
{
    private const int Width = 100;

    public static string ForTool(Verb[] verbs)
    {
        var help = new StringBuilder();
        help.Append("Turns text into vectors and finds the nearest ones.\n\nusage: sextant VERB [flags]\n\n");
        int column = verbs.Max(verb => verb.Name.Length) + 4;
        foreach (Verb verb in verbs)
            help.Append("  ").Append(verb.Name.PadRight(column - 2)).Append(verb.Summary).Append('\n');
        help.Append("\n  help VERB  its flags and examples, as VERB --help; help alone: this text\n  version    the "
            + "version\n\n");
        help.Append("exit codes: 0 ok, 1 failed, 2 wrong usage, 130 cancelled\n\nexample:\n");
        return help.Append("  sextant search --in docs \"how are vectors normalised?\"\n").ToString();
    }

    public static string ForVerb(Verb verb)
    {
        var help = new StringBuilder();
        help.Append($"{verb.Summary}\n\nusage: {$"sextant {verb.Name} {verb.Usage}".TrimEnd()}\n");
        if (verb.Details.Length > 0)
            Wrap(help.Append('\n'), verb.Details, 0);
        if (verb.AllFlags.Length > 0)
            AppendFlags(help.Append("\nflags:\n"), verb.AllFlags);
        help.Append("\nexamples:\n");
        foreach ((string line, string meaning) in verb.Examples)
            help.Append("  ").Append(line).Append("\n      ").Append(meaning).Append('\n');
        return help.ToString();
    }

    private static void AppendFlags(StringBuilder help, Flag[] flags)
    {
        int column = flags.Max(flag => flag.Name.Length + flag.Value.Length) + 5;
        foreach (Flag flag in flags)
        {
            help.Append($"  {flag.Name} {flag.Value}".PadRight(column));
            Wrap(help, flag.Help, column);
        }
    }

    private static void Wrap(StringBuilder help, string text, int column)
    {
        int used = column;
        foreach (string word in text.Split(' '))
        {
            if (used > column && used + 1 + word.Length > Width)
            {
                help.Append('\n').Append(' ', column);
                used = column;
            }
            else if (used > column)
            {
                help.Append(' ');
                used++;
            }
            help.Append(word);
            used += word.Length;
        }
        help.Append('\n');
    }
}
