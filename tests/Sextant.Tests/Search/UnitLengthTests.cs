using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>Cosines of vectors whose squares do not fit binary32.</summary>
public sealed class UnitLengthTests
{
    private const int Dimensions = 37;

    public static TheoryData<float> Scales => [1e-38f, 1e-30f, 1e-20f, 1e-12f, 1e-9f, 1f, 1e10f, 1e16f, 3e30f, 2e37f];

    [Theory]
    [MemberData(nameof(Scales))]
    public void ACosineIsThatOfTheDirectionsWhateverTheLengths(float scale)
    {
        float[][] directions = [.. Enumerable.Range(0, 4).Select(Direction)];
        foreach (VectorCode code in (VectorCode[])[VectorCode.Float32, VectorCode.Float16, VectorCode.BFloat16])
        {
            double tolerance = code switch { VectorCode.Float32 => 1e-6, VectorCode.Float16 => 1e-3, _ => 8e-3 };
            var index = MemoryIndex.Exact(Dimensions, code, Metric.Cosine);
            foreach (float[] one in directions)
                index.Add([.. one.Select(value => value * scale)]);
            foreach (float queryScale in (float[])[scale, 1f])
            {
                var hits = new Hit[4];
                float[] query = [.. directions[0].Select(value => value * queryScale)];
                Assert.Equal(4, index.Search(query, hits));
                Assert.Equal(0, hits[0].Id);
                foreach (Hit hit in hits)
                    Assert.Equal(Cosine(directions[0], directions[hit.Id]), hit.Score, tolerance);
            }
        }
    }

    [Fact]
    public unsafe void OrdinaryVectorsHaveTheKernelsBits()
    {
        NormalizeKernel kernel = KernelSet.Chosen.Normalize.Run;
        foreach (int exponent in (int[])[-29, -20, -3, 0, 7, 30, 49])
        {
            float[] expected = [.. Direction(5).Select(value => MathF.ScaleB(value, exponent))], found = [.. expected];
            fixed (float* right = expected, mine = found)
            {
                kernel(right, Dimensions);
                UnitLength.Scale(mine, Dimensions, kernel);
            }
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void AVectorOfZerosIsUnlikeEverything()
    {
        var index = MemoryIndex.Exact(Dimensions, VectorCode.Float32, Metric.Cosine);
        index.Add(new float[Dimensions]);
        index.Add(Direction(1));
        var hits = new Hit[2];
        index.Search(Direction(1), hits);
        Assert.Equal((1, 0, 0f), (hits[0].Id, hits[1].Id, hits[1].Score));
        index.Search(new float[Dimensions], hits);
        Assert.All(hits, hit => Assert.Equal(0f, hit.Score));
    }

    private static float[] Direction(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() + 0.125f)];
    }

    private static double Cosine(float[] left, float[] right)
    {
        double product = 0, lefts = 0, rights = 0;
        for (int i = 0; i < left.Length; i++)
        {
            product += (double)left[i] * right[i];
            lefts += (double)left[i] * left[i];
            rights += (double)right[i] * right[i];
        }
        return product / Math.Sqrt(lefts * rights);
    }
}
