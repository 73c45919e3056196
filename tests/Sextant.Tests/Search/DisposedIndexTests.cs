using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>A disposed index refuses what it is asked: an empty answer would look like one.</summary>
public class DisposedIndexTests
{
    private const int Dimensions = 16;

    private static readonly float[] s_vectors = Vectors(300);
    private static readonly byte[] s_codes = Codes(100);

    [Fact]
    public void Exact()
    {
        var index = MemoryIndex.Exact(Dimensions, threads: 1);
        Check(index, () => index.Add(s_vectors), () => index.Search(s_vectors[..Dimensions], new Hit[1]));
    }

    [Fact]
    public void Rescored()
    {
        var index = MemoryIndex.Rescored(Dimensions, threads: 1);
        Check(index, () => index.Add(s_vectors), () => index.Search(s_vectors[..Dimensions], new Hit[1]));
    }

    [Fact]
    public void ResidualBinary()
    {
        var index = MemoryIndex.Residual(ResidualBinaryCode.Fit(s_vectors, Dimensions, 2), threads: 1);
        Check(index, () => index.Add(s_vectors), () => index.Search(s_vectors[..Dimensions], new Hit[1]));
    }

    [Fact]
    public void Product()
    {
        var index = MemoryIndex.Product(ProductCode.Fit(s_vectors, Dimensions, 4), threads: 1);
        Check(index, () => index.Add(s_vectors), () => index.Search(s_vectors[..Dimensions], new Hit[1]));
    }

    [Fact]
    public void LateInteraction()
    {
        var index = new LateInteractionIndex(Dimensions, threads: 1);
        Check(index, () => index.Add(s_vectors), () => index.Search(s_vectors[..Dimensions], new Hit[1]));
    }

    [Fact]
    public void Binary()
    {
        var index = new BinaryIndex(Dimensions, threads: 1);
        Check(index, () => index.Add(s_codes), () => index.Search(s_codes.AsSpan(0, 2), new BinaryHit[1]));
    }

    private static void Check(IDisposable index, Func<int> add, Func<int> search)
    {
        add();
        Assert.Equal(1, search());
        index.Dispose();
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => search());
        Assert.Throws<ObjectDisposedException>(() => add());
        Assert.Throws<ObjectDisposedException>(() => search());
    }

    private static float[] Vectors(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count * Dimensions).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static byte[] Codes(int count)
    {
        byte[] codes = new byte[count * Dimensions / 8];
        new Random(count).NextBytes(codes);
        return codes;
    }
}
