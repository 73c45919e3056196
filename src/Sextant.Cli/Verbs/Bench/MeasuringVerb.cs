using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Measurement;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary>Measures on one device what a command line chose.</summary>
internal delegate List<BenchRow> MeasuredPart(MeasureContext context, BenchDevice device);

/// <summary>
/// A verb that measures: all of them read their flags, find their output and their devices, measure and write a record
/// in this order, so that nothing is measured whose result has no place to go.
/// </summary>
internal abstract class MeasuringVerb : Verb
{
    /// <summary>The flags that only this verb has.</summary>
    protected abstract Flag[] OwnFlags { get; }

    public sealed override Flag[] Flags =>
        [.. OwnFlags, BenchFlags.Quick, BenchFlags.Rounds, BenchFlags.Format, BenchFlags.Output];

    // Those verbs that measure devices have a flag of their own, which takes several.
    public sealed override bool ChoosesDevice => false;

    public override string Usage => "[flags]";

    /// <summary>Looks at the flags, and says what is to be measured; measures nothing yet.</summary>
    /// <exception cref="WrongUsageException">A flag names what there is not.</exception>
    public abstract MeasuredPart Choose(ArgumentValues arguments);

    public sealed override int Run(ArgumentValues arguments, Terminal terminal)
    {
        string verb = $"sextant {Name}";
        if (arguments.Texts.Count > 0)
            throw Refused(arguments.Texts[0]);
        string format = BenchFlags.FormatOf(arguments);
        MeasuredPart part = Choose(arguments);
        using OutputFile output = OutputFile.Create(arguments.Text(BenchFlags.Output), terminal);
        using BenchDevices devices = BenchDevices.Open(arguments, verb, terminal);
        using MeasureContext context = BenchFlags.Context(arguments, terminal, verb);
        var rows = new List<BenchRow>();
        try
        {
            foreach (BenchDevice device in devices.All)
                rows.AddRange(part(context, device));
        }
        catch (InvalidChoiceException problem)
        {
            throw new WrongUsageException(problem.Message);
        }
        BenchRecord record = context.Finish(
            BenchFlags.Command(Name, arguments), string.Join("; ", devices.All.Select(d => d.Description)), rows);
        BenchFlags.Write(output, format, terminal, verb, record);
        return BenchFlags.ExitCode(record, terminal, verb);
    }

    /// <summary>Why a text is not accepted here.</summary>
    protected virtual WrongUsageException Refused(string text) =>
        new($"{Name} takes flags only; '{text}' is not accepted here");
}
