using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Reports;
using Sextant.Measurement;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Models;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;

namespace Sextant.Bench;

/// <summary>
/// What BenchmarkDotNet measured as a record, whose rows have the ids of the tool's: <c>sextant bench compare</c>
/// shows both ways to run a case side by side. It is there while the benchmarks run, so that it sees what disturbs.
/// </summary>
internal sealed class BenchmarkRecord : IDisposable
{
    private readonly MeasureContext _context = new(SamplingPlan.Quick, quick: true, Console.WriteLine);

    /// <summary>Writes the record.</summary>
    /// <exception cref="InvalidChoiceException">Nothing was measured.</exception>
    public void Write(string path, string command, IReadOnlyList<Summary> summaries)
    {
        var rows = new List<BenchRow>();
        foreach (BenchmarkReport report in summaries.SelectMany(summary => summary.Reports))
        {
            double[] seconds = [.. report.AllMeasurements
                .Where(one => one.Is(IterationMode.Workload, IterationStage.Result))
                .Select(one => one.Nanoseconds * 1e-9 / one.Operations)];
            if (seconds.Length == 0)
                Console.Error.WriteLine($"{report.BenchmarkCase.DisplayInfo}: was not measured; it has no row");
            else
                rows.Add(Row(report, seconds));
        }
        BenchRecord record = _context.Finish(command, BenchDevice.Processor.Description, rows);
        using FileStream file = File.Create(path);
        RecordJson.Write(file, record);
        Console.WriteLine(path);
    }

    public void Dispose() => _context.Dispose();

    private BenchRow Row(BenchmarkReport report, double[] seconds)
    {
        string id = (string)report.BenchmarkCase.Parameters[nameof(KernelBenchmarks.Case)];
        string by = $"BenchmarkDotNet {typeof(BenchmarkReport).Assembly.GetName().Version?.ToString(3)}";
        double bytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? double.NaN;
        return report.BenchmarkCase.Descriptor.Type == typeof(ModelBenchmarks)
            ? Row(ModelCase.Named(id), seconds, bytes, by) : Row(KernelCaseBenchmarks.Named(id), seconds, bytes, by);
    }

    private BenchRow Row(NamedCase named, double[] seconds, double bytes, string by)
    {
        using KernelCase one = named.Create(_context.Cold);
        // An iteration of a case that works in place is a run on each copy.
        double runs = one.RunsPerRefresh == int.MaxValue ? 1 : one.RunsPerRefresh;
        return KernelRows.TimedBy(named.Name, one, Array.ConvertAll(seconds, value => value / runs), bytes / runs, by);
    }

    private BenchRow Row(ModelCase one, double[] seconds, double bytes, string by)
    {
        var rows = new ModelRows(_context, BenchDevice.Processor);
        double median = Quantile.Median(seconds);
        rows.Add(one.Run, new ScenarioResult(GridScenario.Name, one.Setting, seconds, null)
        {
            Metrics =
            [
                new("tokens_per_second", one.Sequences * one.Tokens / median),
                new("texts_per_second", one.Sequences / median), new("bytes_allocated", bytes),
            ],
            Note = $"timed by {by}",
        });
        return rows.All[0];
    }
}
