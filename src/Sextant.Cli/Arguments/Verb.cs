using Sextant.Cli.Verbs;

namespace Sextant.Cli.Arguments;

/// <summary>A verb of the tool, with all that its help says.</summary>
internal abstract class Verb
{
    /// <summary>The word that chooses it.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>How its command line looks after its name, without the flags that are optional.</summary>
    public abstract string Usage { get; }

    /// <summary>What else its users want to know; may be empty.</summary>
    public virtual string Details => "";

    /// <summary>The flags, in the help's order.</summary>
    public abstract Flag[] Flags { get; }

    /// <summary>Flags that were there once, each with what is there now.</summary>
    public virtual (string Name, string Instead)[] GoneFlags => [];

    /// <summary>Whether --device and --precision are accepted: where threads are chosen, something computes.</summary>
    public virtual bool ChoosesDevice =>
        Array.IndexOf(Flags, ModelFlags.Threads) >= 0 && Array.IndexOf(Flags, DeviceFlags.Device) < 0;

    /// <summary>Whether what is no flag is a text to work on, so that "-" means the texts of standard input.</summary>
    public virtual bool TakesTexts => false;

    /// <summary>All flags that are accepted.</summary>
    public Flag[] AllFlags => ChoosesDevice ? [.. Flags, .. DeviceFlags.All] : Flags;

    /// <summary>Command lines that work, each with what it does.</summary>
    public abstract (string Line, string Meaning)[] Examples { get; }

    /// <summary>Does the work and returns the exit code.</summary>
    public abstract int Run(ArgumentValues arguments, Terminal terminal);
}
