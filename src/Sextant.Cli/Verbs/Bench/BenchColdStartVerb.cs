using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Measurement.Models;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench cold-start</c>: what 'bench model' starts to time a process from outside.</summary>
internal sealed class BenchColdStartVerb : Verb
{
    public override string Name => "bench cold-start";

    public override string Summary => "Loads a model and embeds once: timed from outside.";

    public override string Usage => "[--model DIR | --shape NAME] [flags]";

    public override string Details =>
        "Prints 'started', 'loaded' and 'first' with the most memory it had, each when it has come so far.";

    public override Flag[] Flags => [ModelFlags.Model, BenchModelVerb.Shape, BenchModelVerb.Type, .. DeviceFlags.All];

    public override (string Line, string Meaning)[] Examples =>
        [("sextant bench cold-start --shape minilm",
            "What 'sextant bench model --scenario ColdStart' starts again and again.")];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        BenchModelVerb.RequireKnownModels(arguments);
        LoadedShape shape = BenchModelVerb.Models(arguments)[0];
        using var output = new StreamWriter(terminal.Output, new UTF8Encoding(false), leaveOpen: true);
        ColdStart.Run(
            () => shape.Load(arguments.Device ?? Device.Cpu, DeviceFlags.PrecisionOf(arguments), null), output);
        return Tool.Ok;
    }
}
