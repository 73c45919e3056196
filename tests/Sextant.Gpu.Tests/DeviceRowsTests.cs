using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Gpu.Tests;

/// <summary>Scores of rows on a device are the processor's, bit by bit.</summary>
public sealed class DeviceRowsTests
{
    private const int Rows = 37;

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.Float16)]
    [InlineData(VectorCode.BFloat16)]
    [InlineData(VectorCode.Int8)]
    public void ScoresAreTheProcessors(VectorCode code)
    {
        GpuDriver driver = ((GpuDevice)DeviceHere.Device).Driver;
        foreach (int dimensions in (int[])[1, 31, 32, 33, 97, 128, 129, 161, 384])
        {
            foreach (Metric metric in Enum.GetValues<Metric>())
                Check(driver, code, metric, dimensions);
        }
    }

    /// <summary>Compares scores with the processor's.</summary>
    internal static unsafe void Check(GpuDriver driver, VectorCode code, Metric metric, int dimensions)
    {
        float[] vectors = Vectors(dimensions, Rows * dimensions);
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(vectors, dimensions) : null;
        var codec = new RowCodec(code, metric, dimensions, ranges);
        byte[] rows = new byte[Rows * codec.RowBytes];
        for (int row = 0; row < Rows; row++)
        {
            codec.Encode(
                vectors.AsSpan(row * dimensions, dimensions), rows.AsSpan(row * codec.RowBytes, codec.RowBytes));
        }
        float[] query = Vectors(1000 + dimensions, dimensions), memory = new float[codec.QueryFloats];
        float[] expected = new float[Rows];
        // Blocks of 1 row of 128 and more, so that the rows are in several.
        using var onDevice = new DeviceRows(driver, codec, Rows, blockBytes: 8192);
        onDevice.Add(rows.AsSpan(0, 5 * codec.RowBytes));
        onDevice.Add(rows.AsSpan(5 * codec.RowBytes));
        fixed (float* prepared = memory, to = expected)
        fixed (byte* from = rows)
        {
            RowScorer scorer = codec.Prepare(query, prepared);
            scorer.Score(from, Rows, to);
            for (int round = 0; round < 2; round++)
            {
                float[] found = onDevice.Score(in scorer).ToArray();
                for (int row = 0; row < Rows; row++)
                {
                    Assert.True(
                        BitConverter.SingleToInt32Bits(expected[row]) == BitConverter.SingleToInt32Bits(found[row]),
                        $"{code} {metric} {dimensions}, row {row}: {expected[row]:R} and {found[row]:R}");
                }
            }
        }
    }

    // Of all sizes; some products are below the smallest number, of either sign.
    private static float[] Vectors(int seed, int count)
    {
        var random = new Random(seed);
        float[] vectors = new float[count];
        for (int i = 0; i < count; i++)
        {
            vectors[i] = (random.NextSingle() - 0.5f) * (random.Next(4) switch { 0 => 1e-30f, 1 => 1e-5f, _ => 1f });
            if (random.Next(8) == 0)
                vectors[i] = random.Next(2) == 0 ? 0f : -0f;
        }
        return vectors;
    }
}
