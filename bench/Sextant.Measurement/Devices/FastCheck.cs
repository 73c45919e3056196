using System.Globalization;
using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Devices;

/// <summary>
/// What fast mode promises of an op in place of the reference's bits: near to double, the same bits when it runs again,
/// and the same bits of a row in a batch of another size.
/// </summary>
/// <param name="Accuracy">
/// Error against double on the numbers before they were narrowed; bits against a second run.
/// </param>
/// <param name="InBatch">Values compared with those of a batch of another size.</param>
/// <param name="DifferentInBatch">Of those, values with other bits there.</param>
internal sealed record FastCheck(Accuracy Accuracy, int InBatch, int DifferentInBatch)
{
    /// <summary>Checks a placed case.</summary>
    /// <param name="placed">It.</param>
    /// <param name="one">What it computes.</param>
    /// <param name="otherwise">The same with more or fewer rows.</param>
    /// <param name="backend">Where those run.</param>
    public static FastCheck Of(PlacedCase placed, BackendCase one, BackendCase otherwise, Backend backend)
    {
        float[] first = placed.Result(), again = placed.Result();
        var accuracy = Accuracy.Of(
            MemoryMarshal.Cast<float, int>(first), MemoryMarshal.Cast<float, int>(again), integer: false,
            Math.Max(1, first.Length / 4096), one.Exact);
        using var elsewhere = new PlacedCase(otherwise, backend);
        float[] batch = elsewhere.Result();
        int common = Math.Min(first.Length, batch.Length), different = 0;
        for (int i = 0; i < common; i++)
            different += BitConverter.SingleToInt32Bits(first[i]) != BitConverter.SingleToInt32Bits(batch[i]) ? 1 : 0;
        return new FastCheck(accuracy with { MaxNmse = Accuracy.MaxNarrowNmse }, common, different);
    }

    /// <summary>The shape of a batch of another size: a third of the rows, or some more where there are few.</summary>
    public static int[] OtherShape(int[] shape)
    {
        int[] other = [.. shape];
        other[0] = shape[0] > 3 ? shape[0] / 3 : shape[0] + 5;
        return other;
    }

    /// <summary>A row with what was found; the reference's bits are not asked of fast mode.</summary>
    public BenchRow On(BenchRow row)
    {
        var notes = new List<string>(row.Notes);
        if (Accuracy.Different > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"WRONG: {Accuracy.Different} values have other bits when it runs again"));
        }
        if (DifferentInBatch > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"WRONG: {DifferentInBatch} of {InBatch} values have other bits in a batch of another size"));
        }
        return row with
        {
            BitEqual = null,
            Metrics = [.. row.Metrics, new("in_batch", InBatch), new("in_batch_different", DifferentInBatch)],
            Notes = notes,
        };
    }
}
