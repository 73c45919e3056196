using Sextant.Measurement;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;

namespace Sextant.Bench.Peers;

/// <summary>
/// Two records of the same rows, ours and theirs, timed in turns: <c>sextant bench compare</c> shows one against the
/// other.
/// </summary>
internal sealed class PeerRecords : IDisposable
{
    public const int Rounds = 9;
    private const double BlockSeconds = 0.08;

    private readonly MeasureContext _context = new(
        SamplingPlan.Full with { Rounds = Rounds }, quick: false, Console.Error.WriteLine);
    private readonly List<BenchRow> _ours = [];
    private readonly List<BenchRow> _theirs = [];

    /// <summary>
    /// Times both sides in turns and keeps a row of each; where the other side has several ways, its fastest counts.
    /// </summary>
    public void Duel(BenchRow form, Contestant ours, IReadOnlyList<Contestant> theirs, double work, string rate)
    {
        foreach (Contestant side in theirs.Prepend(ours))
        {
            side.Time(4);
            side.Passes = (int)Math.Clamp(BlockSeconds / side.Time(2), 1, 4096);
        }
        int firstRound = _context.Calibrator.Rounds;
        for (int round = 0; round < Rounds; round++)
        {
            _context.Calibrator.BeginRound();
            foreach (Contestant side in round % 2 == 0 ? theirs.Prepend(ours) : theirs.Append(ours))
            {
                // Threads of the other side stop spinning before this side is timed.
                Thread.Sleep(20);
                side.Rounds[round] = side.Time(side.Passes);
            }
            _context.Calibrator.EndRound();
        }
        Contestant best = theirs.MinBy(side => Quantile.Median(side.Rounds))!;
        form = form with { FirstRound = firstRound };
        _ours.Add(Row(form, ours, work, rate));
        _theirs.Add(Row(form, best, work, rate));
        double mine = Quantile.Median(ours.Rounds) * 1e3, other = Quantile.Median(best.Rounds) * 1e3;
        Console.Error.WriteLine(
            $"{form.Id}: ours {Milliseconds(ours)}; "
            + string.Join(", ", theirs.Select(side => $"{side.Engine} {Milliseconds(side)}")));

        static string Milliseconds(Contestant side) =>
            FormattableString.Invariant($"{Quantile.Median(side.Rounds) * 1e3:F3} ms");
    }

    /// <summary>Writes NAME-ours.json and NAME-theirs.json.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="name">NAME.</param>
    /// <param name="command">What measured, the same in both.</param>
    /// <param name="engine">The other side.</param>
    /// <param name="on">What computed; null: the processor.</param>
    public void Write(string folder, string name, string command, string engine, string? on = null)
    {
        Directory.CreateDirectory(folder);
        string device = on ?? $"cpu: {_context.Machine.Processor}";
        Write(Path.Combine(folder, $"{name}-ours.json"), _context.Finish(command, device, _ours));
        Write(Path.Combine(folder, $"{name}-theirs.json"),
            _context.Finish(command, device, _theirs) with { Engine = engine });
    }

    public void Dispose() => _context.Dispose();

    private static BenchRow Row(BenchRow form, Contestant side, double work, string rate) => form with
    {
        Samples = side.Rounds,
        Metrics = [new(rate, work / Quantile.Median(side.Rounds)), .. form.Metrics],
        Notes = [side.Engine],
    };

    private static void Write(string path, BenchRecord record)
    {
        using FileStream file = File.Create(path);
        RecordJson.Write(file, record);
        Console.WriteLine(path);
    }
}
