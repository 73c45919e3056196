using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Tests;

/// <summary>
/// A machine made of random numbers: each run finds its ceilings elsewhere, they wander while it lasts, and neighbours
/// come and go. A row's time is made of parts that a ceiling bounds each.
/// </summary>
/// <param name="seed">Another seed, other runs.</param>
/// <param name="between">How far ceilings are from run to run: the standard deviation of their logarithms.</param>
/// <param name="within">The same, of a step from round to round.</param>
/// <param name="own">The same, of what is left in a row that no ceiling explains.</param>
/// <param name="neighbours">How many runs in a hundred have a neighbour who takes caches or memory for a while.</param>
internal sealed class SimulatedMachine(int seed, double between, double within, double own, int neighbours)
{
    private const int Rounds = 7, RowCount = 6, Ceilings = 5;

    private readonly Random _random = new(seed);

    /// <summary>What each row is made of: shares of the ceilings, which are the same in every run.</summary>
    private readonly double[][] _shares = [.. Enumerable.Range(0, RowCount).Select(row =>
    {
        var random = new Random(1000 + row);
        double[] parts = [.. Enumerable.Range(0, Ceilings).Select(_ => -Math.Log(1 - random.NextDouble()))];
        return Array.ConvertAll(parts, part => part / parts.Sum());
    })];

    /// <summary>A run.</summary>
    /// <param name="factors">How many times as long each of the first rows takes.</param>
    public BenchRecord Run(params double[] factors)
    {
        double[][] speeds = [.. Enumerable.Range(0, Rounds).Select(_ => new double[Ceilings])];
        for (int ceiling = 0; ceiling < Ceilings; ceiling++)
        {
            double speed = between * Normal();
            for (int round = 0; round < Rounds; round++)
                speeds[round][ceiling] = speed += within * Normal();
        }
        if (_random.Next(100) < neighbours)
            LetNeighbourIn(speeds);
        var calibration = new Calibration();
        foreach (double[] round in speeds)
        {
            for (int ceiling = 0; ceiling < Ceilings; ceiling++)
                calibration[(Ceiling)ceiling].Add(100 * Math.Exp(round[ceiling] + 0.003 * Normal()));
        }
        BenchRecord form = SomeRecord.Make();
        return form with
        {
            Noise = form.Noise with { Calibration = calibration },
            Rows = [.. _shares.Select((shares, row) => form.Rows[0] with
            {
                Id = $"row {row}",
                FirstRound = 0,
                Samples = [.. speeds.Select(round => 1e-4 * (row < factors.Length ? factors[row] : 1)
                    * Math.Exp(own * Normal() - round.Zip(shares, (speed, share) => speed * share).Sum()))],
            })],
        };
    }

    // Some rounds long, a twentieth to a fifth of a cache's or the memory's speed.
    private void LetNeighbourIn(double[][] speeds)
    {
        int from = _random.Next(Rounds), until = from + 1 + _random.Next(Rounds - from);
        int first = 1 + _random.Next(Ceilings - 1);
        double taken = Math.Log(1 - 0.05 - 0.15 * _random.NextDouble());
        for (int round = from; round < until; round++)
        {
            for (int ceiling = first; ceiling < Ceilings; ceiling++)
                speeds[round][ceiling] += taken;
        }
    }

    // Box and Muller, 1958.
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()))
        * Math.Cos(2 * Math.PI * _random.NextDouble());
}
