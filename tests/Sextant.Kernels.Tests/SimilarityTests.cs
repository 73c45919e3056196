using System.Runtime.InteropServices;
using Sextant.Kernels.SignDot;
using Sextant.Kernels.Similarity;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Measures of queries with stored rows and with signs: bit-equal everywhere, near the sum in double.
/// </summary>
public sealed unsafe class SimilarityTests
{
    private const int Rows = 5;

    private static IEnumerable<int> Lengths =>
        Cases.IsSlow ? [1, 5, 31, 32, 33, 70] : [.. Enumerable.Range(1, 130), 255, 256, 257, 384, 768, 1021];

    [Theory]
    [InlineData(RowType.F32)]
    [InlineData(RowType.F16)]
    [InlineData(RowType.BF16)]
    [InlineData(RowType.I8)]
    public void EveryKernelHasTheReferencesBits(RowType type)
    {
        foreach (int n in Lengths)
        {
            foreach ((Measure measure, bool scaled) in ((Measure, bool)[])
                [(Measure.Dot, false), (Measure.SquaredDistance, false), (Measure.SquaredDistance, true)])
            {
                float[] expected = Run(Isa.Reference, type, measure, scaled, n, out double[] exact, out double[] bound);
                for (int row = 0; row < Rows; row++)
                    Assert.Equal(exact[row], expected[row], bound[row]);
                foreach (Isa isa in Cases.VectorSets)
                {
                    Cases.AssertSameBits(
                        expected, Run(isa, type, measure, scaled, n, out _, out _), $"{isa} {type} {measure} n={n}");
                }
            }
        }
    }

    [Theory]
    [InlineData(RowType.F32)]
    [InlineData(RowType.F16)]
    [InlineData(RowType.BF16)]
    [InlineData(RowType.I8)]
    public void SeveralQueriesHaveTheBitsOfEachAlone(RowType type)
    {
        const int Most = 9, Apart = 3;
        foreach (int n in (int[])[1, 31, 32, 33, 77, 384])
        {
            int stride = n + Apart;
            using AlignedBuffer queries = AlignedBuffer.Of(Cases.Random(n, Most * stride));
            using AlignedBuffer scales = AlignedBuffer.Of(Cases.Random(n + 1, n));
            // Any bytes are rows of any type, but NaNs prove little.
            byte[] stored = [.. Cases.Random(n + 2, Rows * n * 2).SelectMany(x => BitConverter.GetBytes((Half)x))];
            foreach (Isa isa in InstructionSets.Supported)
            {
                foreach ((Measure measure, bool scaled) in ((Measure, bool)[])
                    [(Measure.Dot, false), (Measure.SquaredDistance, false), (Measure.SquaredDistance, true)])
                {
                    foreach (int count in (int[])[0, 1, 3, 4, 5, Most])
                    {
                        float[] together = Score(isa, 0, count);
                        float[] alone = [.. Enumerable.Range(0, count).SelectMany(q => Score(isa, q, 1))];
                        Cases.AssertSameBits(alone, together, $"{isa} {type} {measure} n={n} queries={count}");
                    }

                    float[] Score(Isa isa, int first, int count)
                    {
                        using var scores = new AlignedBuffer(Math.Max(1, count * Rows));
                        fixed (byte* rows = stored)
                        {
                            new KernelSet(isa).Similarity.Run(new SimilarityArguments
                            {
                                Query = queries.Pointer + (first * stride),
                                QueryCount = count,
                                QueryStride = stride,
                                Scales = scaled ? scales.Pointer : null,
                                Rows = rows,
                                Type = type,
                                Measure = measure,
                                Count = Rows,
                                N = n,
                                Scores = scores.Pointer,
                            });
                        }
                        return scores.Span[..(count * Rows)].ToArray();
                    }
                }
            }
        }
    }

    [Fact]
    public void SignsAddAndSubtract()
    {
        foreach (int words in (int[])[1, 2, 3, 5, 16, 17])
        {
            float[] expected = RunSigns(Isa.Reference, words, out double[] exact, out double bound);
            for (int code = 0; code < expected.Length; code++)
                Assert.Equal(exact[code], expected[code], bound);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunSigns(isa, words, out _, out _), $"{isa} words={words}");
        }
    }

    // Rows begin at odd addresses where the type allows, and the last one ends where memory that must not count begins.
    private static float[] Run(
        Isa isa, RowType type, Measure measure, bool scaled, int n, out double[] exact, out double[] bound)
    {
        float[] query = Cases.Random(n, n), scales = Cases.Random(n + 1, n), values = Cases.Random(n + 2, Rows * n);
        (exact, bound) = (new double[Rows], new double[Rows]);
        int size = type switch { RowType.F32 => 4, RowType.I8 => 1, _ => 2 };
        byte[] stored = new byte[(Rows * n * size) + 128];
        stored.AsSpan().Fill(0xFF);
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> position = stored.AsSpan(i * size);
            float x = values[i];
            switch (type)
            {
                case RowType.F32:
                    MemoryMarshal.Write(position, x);
                    break;
                case RowType.F16:
                    MemoryMarshal.Write(position, (Half)x);
                    x = (float)(Half)x;
                    break;
                case RowType.BF16:
                    ushort upper = (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16);
                    MemoryMarshal.Write(position, upper);
                    x = BitConverter.UInt32BitsToSingle((uint)upper << 16);
                    break;
                default:
                    x = MathF.Round(x * 110);
                    position[0] = unchecked((byte)(sbyte)x);
                    break;
            }
            int at = i % n;
            double d = scaled ? query[at] - ((double)scales[at] * x) : (double)query[at] - x;
            double term = measure == Measure.Dot ? (double)query[at] * x : d * d;
            exact[i / n] += term;
            bound[i / n] += Math.Abs(term) * (n + 4) * 6e-8 + 1e-30; // three roundings of d·d, one of each addition
        }
        using AlignedBuffer q = AlignedBuffer.Of(query), s = AlignedBuffer.Of(scales), scores = new(Rows);
        fixed (byte* rows = stored)
        {
            new KernelSet(isa).Similarity.Run(new SimilarityArguments
            {
                Query = q.Pointer,
                Scales = scaled ? s.Pointer : null,
                Rows = rows,
                Type = type,
                Measure = measure,
                Count = Rows,
                N = n,
                Scores = scores.Pointer,
            });
        }
        return scores.Span.ToArray();
    }

    private static float[] RunSigns(Isa isa, int words, out double[] exact, out double bound)
    {
        const int Tiles = 3;
        float[] query = Cases.Random(words, 64 * words);
        var tiles = new ulong[Tiles * words * 8];
        new Random(words).NextBytes(MemoryMarshal.AsBytes(tiles.AsSpan()));
        exact = new double[Tiles * 8];
        for (int code = 0; code < exact.Length; code++)
        {
            for (int i = 0; i < query.Length; i++)
            {
                ulong word = tiles[(code / 8 * words + i / 64) * 8 + code % 8];
                exact[code] += (word & (1ul << (i % 64))) != 0 ? query[i] : -query[i];
            }
        }
        bound = query.Sum(v => Math.Abs((double)v)) * query.Length * 1.2e-7;
        using AlignedBuffer q = AlignedBuffer.Of(query), scores = new(Tiles * 8);
        fixed (ulong* codes = tiles)
        {
            new KernelSet(isa).SignDot.Run(new SignDotArguments
            {
                Query = q.Pointer,
                Tiles = codes,
                TileCount = Tiles,
                Words = words,
                Scores = scores.Pointer,
            });
        }
        return scores.Span.ToArray();
    }
}
