using Sextant.Measurement.Cases;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement;

/// <summary>
/// What all parts of one run share: the machine, the plan, the watch over noise, memory larger than the caches.
/// </summary>
internal sealed class MeasureContext : IDisposable
{
    public MeasureContext(SamplingPlan plan, bool quick, Action<string> say, CancellationToken cancellation = default)
    {
        (Plan, IsQuick, Say, Cancellation) = (plan, quick, say, cancellation);
        Cold = new ColdMemory(Machine);
        Calibrator = new Calibrator(Machine, Cold, quick, Noise.Calibration);
    }

    public MachineFacts Machine { get; } = MachineFacts.Read();

    public SamplingPlan Plan { get; }

    /// <summary>Whether the reduced set of cases is wanted.</summary>
    public bool IsQuick { get; }

    /// <summary>Tells a person what is being done.</summary>
    public Action<string> Say { get; }

    public CancellationToken Cancellation { get; }

    public ColdMemory Cold { get; }

    public NoiseWatch Noise { get; } = new();

    /// <summary>Measures the machine itself in every round.</summary>
    public Calibrator Calibrator { get; }

    public Sampler Sampler => new(Plan, Calibrator, Cancellation);

    /// <summary>What a repeating command line needs besides its case.</summary>
    public string RepeatFlags =>
        (IsQuick ? " --quick" : "") + (Plan.Rounds == (IsQuick ? SamplingPlan.Quick : SamplingPlan.Full).Rounds
        ? "" : FormattableString.Invariant($" --rounds {Plan.Rounds}"));

    /// <summary>
    /// Keeps the calling thread on one processor, which others used least when the first pin was asked for, until
    /// disposed, and remembers whether the system let it.
    /// </summary>
    public ProcessorPin Pin()
    {
        // The first pin chooses for all: rows of one record are of one processor.
        if (Noise.Chosen is null)
        {
            QuietProcessor chosen = QuietProcessor.Find(ProcessorPin.Allowed());
            Noise.Chosen = chosen;
            if (chosen.Processor >= 0)
            {
                Say(FormattableString.Invariant(
                    $"pinned to processor {chosen.Processor}, {chosen.Load:P0} busy before"));
            }
        }
        var pin = ProcessorPin.To(Noise.Chosen.Value.Processor);
        Noise.Pin(pin.IsPinned);
        return pin;
    }

    /// <summary>The record of what was measured.</summary>
    /// <exception cref="InvalidChoiceException">Nothing was.</exception>
    public BenchRecord Finish(string command, string device, IReadOnlyList<BenchRow> rows) => new()
    {
        Command = command,
        Date = DateTime.UtcNow,
        Build = BuildFacts.Read(),
        Machine = Machine with { Device = device },
        Noise = Noise.Report(),
        Rows = rows.Count > 0 ? rows : throw new InvalidChoiceException("nothing is left to be measured"),
    };

    public void Dispose()
    {
        Calibrator.Dispose();
        Cold.Dispose();
    }
}
