using Sextant.Measurement.Statistics;
using Sextant.Search;

namespace Sextant.Measurement.Searches;

/// <summary>
/// Unit vectors that lie in clusters, as embeddings do, with queries near some of them and their true nearest ten.
/// </summary>
/// <remarks>Vectors without structure have no near neighbours, and any code would seem to lose them.</remarks>
internal sealed class VectorSet
{
    /// <summary>Hits asked for, and those that recall counts.</summary>
    public const int Hits = 10;

    private const int Clusters = 256;
    private const int Rank = 64;

    public VectorSet(int count, int dimensions, int queries)
    {
        (Count, Dimensions, Queries) = (count, dimensions, queries);
        Vectors = new float[(long)count * dimensions];
        QueryVectors = new float[queries * dimensions];
        var random = new GaussianSource(17);
        // Directions in which vectors vary, of falling weight, and noise in all others.
        float[] basis = random.Next(Rank * dimensions, 1f / MathF.Sqrt(dimensions));
        float[] centres = random.Next(Clusters * Rank, 1f);
        var place = new float[Rank];
        for (int i = 0; i < count; i++)
            Fill(Vectors.AsSpan(i * dimensions, dimensions), basis, centres.AsSpan(i % Clusters * Rank, Rank), place, random);
        for (int i = 0; i < queries; i++)
        {
            Span<float> query = QueryVectors.AsSpan(i * dimensions, dimensions);
            Vectors.AsSpan((int)((long)i * 7919 % count) * dimensions, dimensions).CopyTo(query);
            for (int d = 0; d < dimensions; d++)
                query[d] += 0.5f / MathF.Sqrt(dimensions) * random.Next();
            Normalize(query);
        }
        Truth = FindTruth();
    }

    public int Count { get; }

    public int Dimensions { get; }

    public int Queries { get; }

    /// <summary>[Count, Dimensions].</summary>
    public float[] Vectors { get; }

    /// <summary>[Queries, Dimensions].</summary>
    public float[] QueryVectors { get; }

    /// <summary>Ids of the nearest by exact dot product, for each query.</summary>
    public HashSet<int>[] Truth { get; }

    public ReadOnlySpan<float> Query(int query) => QueryVectors.AsSpan(query * Dimensions, Dimensions);

    private static void Fill(Span<float> vector, float[] basis, ReadOnlySpan<float> centre, float[] place, GaussianSource random)
    {
        for (int r = 0; r < Rank; r++)
            place[r] = (centre[r] + 0.7f * random.Next()) / MathF.Sqrt(r + 1);
        for (int d = 0; d < vector.Length; d++)
            vector[d] = 0.4f / MathF.Sqrt(vector.Length) * random.Next();
        for (int r = 0; r < Rank; r++)
        {
            ReadOnlySpan<float> direction = basis.AsSpan(r * vector.Length, vector.Length);
            for (int d = 0; d < vector.Length; d++)
                vector[d] += place[r] * direction[d];
        }
        Normalize(vector);
    }

    private static void Normalize(Span<float> vector)
    {
        float length = 0;
        foreach (float value in vector)
            length += value * value;
        length = MathF.Sqrt(length);
        for (int d = 0; d < vector.Length; d++)
            vector[d] /= length;
    }

    private HashSet<int>[] FindTruth()
    {
        var exact = new FlatIndex(Dimensions);
        exact.Add(Vectors);
        var truth = new HashSet<int>[Queries];
        var hits = new Hit[Hits];
        for (int i = 0; i < Queries; i++)
        {
            int found = exact.Search(Query(i), hits);
            truth[i] = [.. hits.Take(found).Select(hit => hit.Id)];
        }
        return truth;
    }
}
