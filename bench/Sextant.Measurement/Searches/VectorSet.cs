using System.Numerics;
using Sextant.Codes;
using Sextant.Indexes;
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

    /// <summary>Vectors of a document that has several, and of its query.</summary>
    public const int Group = 16;

    private const int QueryGroup = 4;
    private const int Clusters = 256;
    private const int Rank = 64;

    private readonly float[] _groupQueries;
    private HashSet<int>[]? _groupTruth;

    public VectorSet(int count, int dimensions, int queries)
    {
        (Count, Dimensions, Queries) = (count, dimensions, queries);
        Vectors = new float[(long)count * dimensions];
        QueryVectors = new float[queries * dimensions];
        var random = new GaussianSource(17);
        // Directions in which vectors vary, of falling weight, and noise in all others.
        float[] basis = random.Next(Rank * dimensions, 1f / MathF.Sqrt(dimensions));
        float[] centres = random.Next(Clusters * Rank, 1f);
        var position = new float[Rank];
        for (int i = 0; i < count; i++)
            Fill(Vectors.AsSpan(i * dimensions, dimensions), basis, centres.AsSpan(i % Clusters * Rank, Rank), position,
                random);
        for (int i = 0; i < queries; i++)
        {
            Span<float> query = QueryVectors.AsSpan(i * dimensions, dimensions);
            Vectors.AsSpan((int)((long)i * 7919 % count) * dimensions, dimensions).CopyTo(query);
            for (int d = 0; d < dimensions; d++)
                query[d] += 0.5f / MathF.Sqrt(dimensions) * random.Next();
            Normalize(query);
        }
        Truth = FindTruth();
        _groupQueries = new float[queries * QueryGroup * dimensions];
        for (int i = 0; i < queries * QueryGroup; i++)
        {
            // Vectors of one document, each with noise of its own.
            int group = Groups == 0 ? 0 : (int)((long)(i / QueryGroup) * 7919 % Groups);
            Span<float> query = _groupQueries.AsSpan(i * dimensions, dimensions);
            Vectors.AsSpan((group * Group + i % QueryGroup) % count * dimensions, dimensions).CopyTo(query);
            for (int d = 0; d < dimensions; d++)
                query[d] += 0.5f / MathF.Sqrt(dimensions) * random.Next();
            Normalize(query);
        }
    }

    public int Count { get; }

    public int Dimensions { get; }

    public int Queries { get; }

    /// <summary>[Count, Dimensions].</summary>
    public float[] Vectors { get; }

    /// <summary>[Queries, Dimensions].</summary>
    public float[] QueryVectors { get; }

    /// <summary>Documents of <see cref="Group"/> vectors, one after the other.</summary>
    public int Groups => Count / Group;

    /// <summary>Ids of the documents with the largest exact MaxSim, for each query; found on first use.</summary>
    public HashSet<int>[] GroupTruth => _groupTruth ??= FindGroupTruth();

    /// <summary>Ids of the nearest by exact dot product, for each query.</summary>
    public HashSet<int>[] Truth { get; }

    /// <summary>The vectors of a document.</summary>
    public ReadOnlySpan<float> GroupAt(int group) => Vectors.AsSpan(group * Group * Dimensions, Group * Dimensions);

    /// <summary>The vectors of a query for documents.</summary>
    public ReadOnlySpan<float> GroupQuery(int query) =>
        _groupQueries.AsSpan(query * QueryGroup * Dimensions, QueryGroup * Dimensions);

    public ReadOnlySpan<float> Query(int query) => QueryVectors.AsSpan(query * Dimensions, Dimensions);

    private static void Fill(
        Span<float> vector, float[] basis, ReadOnlySpan<float> centre, float[] position, GaussianSource random)
    {
        for (int r = 0; r < Rank; r++)
            position[r] = (centre[r] + 0.7f * random.Next()) / MathF.Sqrt(r + 1);
        for (int d = 0; d < vector.Length; d++)
            vector[d] = 0.4f / MathF.Sqrt(vector.Length) * random.Next();
        for (int r = 0; r < Rank; r++)
        {
            ReadOnlySpan<float> direction = basis.AsSpan(r * vector.Length, vector.Length);
            for (int d = 0; d < vector.Length; d++)
                vector[d] += position[r] * direction[d];
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
        using IndexReader exact = IndexReader.Of(
            new IndexDefinition { Dimensions = Dimensions, Code = VectorCode.Float32 }, Vectors);
        var truth = new HashSet<int>[Queries];
        var hits = new Hit[Hits];
        for (int i = 0; i < Queries; i++)
        {
            int found = exact.Search(Query(i), hits);
            truth[i] = [.. hits.Take(found).Select(hit => hit.Id)];
        }
        return truth;
    }

    // The sum over the query's vectors of the largest dot product with one of the document's, as its definition has it.
    private HashSet<int>[] FindGroupTruth()
    {
        var truth = new HashSet<int>[Queries];
        Parallel.For(0, Queries, query =>
        {
            var scores = new (float Score, int Id)[Groups];
            for (int group = 0; group < Groups; group++)
                scores[group] = (MaxSim(GroupQuery(query), GroupAt(group)), group);
            truth[query] = [.. scores.OrderByDescending(one => one.Score).ThenBy(one => one.Id).Take(Hits)
                .Select(one => one.Id)];
        });
        return truth;
    }

    private float MaxSim(ReadOnlySpan<float> query, ReadOnlySpan<float> document)
    {
        float sum = 0;
        for (int i = 0; i < query.Length; i += Dimensions)
        {
            float best = float.NegativeInfinity;
            for (int j = 0; j < document.Length; j += Dimensions)
            {
                best = Math.Max(best, Dot(query.Slice(i, Dimensions), document.Slice(j, Dimensions)));
            }
            sum += best;
        }
        return sum;
    }

    // In the platform's vectors, not by our kernels: truth is to share nothing with what is measured against it.
    private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Vector<float> sum = Vector<float>.Zero;
        int i = 0;
        for (; i + Vector<float>.Count <= x.Length; i += Vector<float>.Count)
            sum += new Vector<float>(x[i..]) * new Vector<float>(y[i..]);
        float result = Vector.Sum(sum);
        for (; i < x.Length; i++)
            result += x[i] * y[i];
        return result;
    }
}
