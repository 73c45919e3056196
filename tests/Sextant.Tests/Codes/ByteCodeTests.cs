using Sextant.Codes;

namespace Sextant.Tests.Codes;

public class ByteCodeTests
{
    [Fact]
    public void TheFormulaOfSentenceTransformersByHand()
    {
        // Ranges 0 … 255: a step is 1. np.clip(np.floor((x - starts) / steps), 0, 255), and then - 128.
        float[] vector = [0, 0.5f, 10.5f, 19.75f, 127.5f, 128, 128.5f, 254.9f, 255];
        var ranges = new CodeRanges(new float[9], [.. Enumerable.Repeat(255f, 9)]);
        var unsigned = new byte[9];
        ranges.Encode(vector, unsigned);
        Assert.Equal([0, 0, 10, 19, 127, 128, 128, 254, 255], unsigned);
        var signed = new sbyte[9];
        ranges.Encode(vector, signed);
        Assert.Equal([-128, -128, -118, -109, -1, 0, 0, 126, 127], signed);
        Assert.Equal(0, ranges.EmptyDimensions);
    }

    [Fact]
    public void OutsideTheRangeTheNearestCodeIsTaken()
    {
        // The last four ranges are empty: a step is 1.
        var ranges = new CodeRanges([-1, -1, 2, 2, 2, 2], [1, 1, 2, 2, 2, 2]);
        float[] vector = [-1000, 1e38f, 1, 2, 3.5f, 1000];
        var unsigned = new byte[6];
        ranges.Encode(vector, unsigned);
        Assert.Equal([0, 255, 0, 0, 1, 255], unsigned);
        var signed = new sbyte[6];
        ranges.Encode(vector, signed);
        Assert.Equal([-128, 127, -128, -128, -127, 127], signed);
        Assert.Equal(4, ranges.EmptyDimensions);
    }

    [Fact]
    public void EveryLengthFollowsTheFormulaStepByStep()
    {
        var random = new Random(3);
        for (int length = 1; length <= 130; length++)
        {
            float[] calibration = [.. Enumerable.Range(0, 20 * length).Select(_ => random.NextSingle() - 0.3f)];
            CodeRanges ranges = CodeRanges.Of(calibration, length);
            float[] vector = [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.3f) * 1.1f)];
            var unsigned = new byte[length];
            var signed = new sbyte[length];
            ranges.Encode(vector, unsigned);
            ranges.Encode(vector, signed);
            for (int i = 0; i < length; i++)
            {
                float min = Enumerable.Range(0, 20).Min(row => calibration[row * length + i]);
                float max = Enumerable.Range(0, 20).Max(row => calibration[row * length + i]);
                float width = max - min;
                float step = width / 255;
                float moved = vector[i] - min;
                float quotient = moved / step;
                int bucket = Math.Clamp((int)Math.Floor((double)quotient), 0, 255);
                Assert.Equal(bucket, unsigned[i]);
                Assert.Equal(bucket - 128, signed[i]);
            }
        }
    }

    [Fact]
    public void OnlyWhatHasRangesIsEncoded()
    {
        var ranges = new CodeRanges([0, 0], [1, 1]);
        Assert.Throws<ArgumentException>(() => ranges.Encode([1], new byte[2]));
        Assert.Throws<ArgumentException>(() => ranges.Encode([1, 2], new byte[1]));
        Assert.Throws<ArgumentException>(() => ranges.Encode([1, float.NaN], new sbyte[2]));
    }

    [Fact]
    public void RangesThatAreNoneAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new CodeRanges([], []));
        Assert.Throws<ArgumentException>(() => new CodeRanges([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => new CodeRanges([2], [1]));
        Assert.Throws<ArgumentException>(() => new CodeRanges([float.NaN], [1]));
        Assert.Throws<ArgumentException>(() => new CodeRanges([-3e38f], [3e38f]));
        Assert.Throws<ArgumentException>(() => CodeRanges.Of([], 3));
        Assert.Throws<ArgumentException>(() => CodeRanges.Of([1, 2], 3));
        Assert.Throws<ArgumentException>(() => CodeRanges.Of([1, 2, float.NaN], 3));
    }
}
