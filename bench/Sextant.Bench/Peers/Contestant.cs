using System.Diagnostics;

namespace Sextant.Bench.Peers;

/// <summary>One side of a duel: what it is called, and how it times a block of passes.</summary>
/// <param name="Engine">The side's engine.</param>
/// <param name="Time">Seconds a pass over so many passes: the median.</param>
internal sealed record Contestant(string Engine, Func<int, double> Time)
{
    public double[] Rounds { get; } = new double[PeerRecords.Rounds];

    public int Passes { get; set; } = 1;

    /// <summary>A side that runs in this process.</summary>
    public static Contestant Here(string engine, Action pass) => new(engine, passes =>
    {
        var times = new double[passes];
        for (int i = 0; i < passes; i++)
        {
            long start = Stopwatch.GetTimestamp();
            pass();
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(times);
        return times[passes / 2];
    });
}
