using System.Runtime.CompilerServices;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>
/// An index, and a set of ids, that nobody holds any more while it is searched is not collected under the scan, which
/// reads memory by its address: the process would end, or the hits would be others.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ForgottenIndexTests
{
    private const int Dimensions = 256;
    private const int Count = 8192; // 8 MiB, which go back to the system at once when they are freed
    private const int Rounds = 200;

    private static readonly float[] s_vectors = Values();

    public static TheoryData<string> Kinds => ["exact", "exact, many", "binary", "codes, many", "centroids"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void IsSearchedToItsEnd(string kind)
    {
        Hit[] expected = Search(kind);
        Assert.Equal(9, expected.Length);
        bool ended = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (int round = 0; round < Rounds; round++)
                Assert.Equal(expected, Search(kind));
        }
        finally
        {
            Volatile.Write(ref ended, true);
            collector.Join();
        }
    }

    // Optimised from the first call on, so that nothing is held longer than it is used.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Hit[] Search(string kind)
    {
        var hits = new Hit[9];
        switch (kind)
        {
            case "exact":
                Read(VectorCode.Float32).Search(s_vectors.AsSpan(0, Dimensions), hits, Even());
                return hits;
            case "exact, many":
                Read(VectorCode.Float32).Search(s_vectors.AsSpan(0, 2 * Dimensions), 4, hits, new int[2], Even());
                hits[8] = hits[0];
                return hits;
            case "binary":
                Read(VectorCode.Binary).Search(s_vectors.AsSpan(0, Dimensions), hits, Even());
                return hits;
            case "codes, many":
                Read(VectorCode.Binary).SearchCodes(
                    new byte[2 * Dimensions / 8], 4, hits, new int[2], Even().Allowed);
                hits[8] = hits[0];
                return hits;
            default:
                var binary = new BinaryIndex(Dimensions);
                binary.Add(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(s_vectors));
                var found = new BinaryHit[9];
                binary.Search(new byte[Dimensions / 8], found, Even(32 * Count).Allowed);
                return Array.ConvertAll(found, hit => new Hit(hit.Id, hit.Distance));
        }
    }

    private static IndexReader Read(VectorCode code) => IndexReader.Of(
        new IndexDefinition { Dimensions = Dimensions, Code = code, Rescore = null }, s_vectors);

    private static SearchOptions Even(int count = Count) => new() { Allowed = new IdSet(count, id => id % 2 == 0) };

    private static float[] Values()
    {
        var random = new Random(11);
        var values = new float[Count * Dimensions];
        foreach (ref float value in values.AsSpan())
            value = random.NextSingle() - 0.5f;
        return values;
    }
}
