using Sextant.Measurement.Cases;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement;

/// <summary>
/// What all parts of one run share: the machine, the plan, the watch over noise, memory larger than the caches.
/// </summary>
internal sealed unsafe class MeasureContext : IDisposable
{
    private MemoryPeak? _reading;

    public MeasureContext(SamplingPlan plan, bool quick, Action<string> say, CancellationToken cancellation = default)
    {
        (Plan, IsQuick, Say, Cancellation) = (plan, quick, say, cancellation);
        Cold = new ColdMemory(Machine);
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

    public Sampler Sampler => new(Plan, Cancellation);

    /// <summary>What a repeating command line needs besides its case.</summary>
    public string RepeatFlags =>
        (IsQuick ? " --quick" : "") + (Plan.Rounds == (IsQuick ? SamplingPlan.Quick : SamplingPlan.Full).Rounds
        ? "" : FormattableString.Invariant($" --rounds {Plan.Rounds}"));

    /// <summary>
    /// Measures the machine itself, the same way at every build: what two records differ in here, no program is to
    /// blame for.
    /// </summary>
    /// <returns>FLOP/s of one thread.</returns>
    public double Calibrate()
    {
        double arithmetic = FmaPeak.Measure(IsQuick ? 0.004 : 0.01);
        _reading ??= new MemoryPeak(Cold.Pointer, Cold.Bytes);
        Noise.Arithmetic.Add(arithmetic);
        Noise.Issuing.Add(IssuePeak.Measure(IsQuick ? 0.002 : 0.005));
        Noise.Reading.Add(_reading.Measure(MemoryAccess.Read, 0.001));
        return arithmetic * 1e9;
    }

    /// <summary>
    /// Keeps the calling thread on one processor until disposed, and remembers whether the system let it.
    /// </summary>
    public ProcessorPin Pin()
    {
        var pin = ProcessorPin.ToLast();
        Noise.Pin(pin.IsPinned);
        return pin;
    }

    /// <summary>The record of what was measured.</summary>
    /// <exception cref="InvalidChoiceException">Nothing was.</exception>
    public BenchRecord Finish(string command, string device, IReadOnlyList<BenchRow> rows) => new()
    {
        Command = command,
        Date = DateTime.UtcNow,
        Machine = Machine,
        Device = device,
        Noise = Noise.Report(),
        Arithmetic = Noise.Arithmetic,
        Reading = Noise.Reading,
        Issuing = Noise.Issuing,
        Rows = rows.Count > 0 ? rows : throw new InvalidChoiceException("nothing is left to be measured"),
    };

    public void Dispose()
    {
        _reading?.Dispose();
        Cold.Dispose();
    }
}
