using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>How much of what float vectors find a code finds too.</summary>
/// <param name="Name">What is searched.</param>
/// <param name="VectorBytes">Bytes that a vector takes, what is rescored included.</param>
/// <param name="RecallAt10">
/// Of the 10 nearest by the dot product of float vectors, the share that is among its 10.
/// </param>
internal readonly record struct CodeRecallLine(string Name, int VectorBytes, double RecallAt10);

/// <summary>Compares searches in codes with the exact search in float vectors, on the queries of a set.</summary>
/// <remarks>
/// Ranges, scales and centroids are fitted to the documents, as an index of them would; queries are not seen.
/// Judgements do not count: the exact search is what is to be found.
/// </remarks>
internal static class CodeRecall
{
    private const int Depth = 10;

    // What product quantisation learns from, at most: k-means grows with it.
    private const int SampleVectors = 4096;

    /// <summary>Measures all codes.</summary>
    public static IReadOnlyList<CodeRecallLine> Measure(
        RetrievalSet set, EmbeddingRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(run);
        int dimensions = run.Dimensions;
        var queries = new List<float>();
        var documents = new List<float>();
        run.Embed([.. set.Queries.Select(query => query.Text)], Add(queries), Prompt.Query);
        run.Embed(set.Documents, Add(documents), Prompt.Document);
        float[] vectors = [.. documents], asked = [.. queries];
        var exact = new FlatIndex(dimensions);
        exact.Add(vectors);
        int[][] expected = [.. Nearest(exact, asked, null)];

        var lines = new List<CodeRecallLine>();
        int bits = BinaryCode.Bytes(dimensions), whole = sizeof(float) * dimensions;
        using (var signs = new SignIndex(dimensions, vectors))
            Lines("binary", bits, signs, null, 0, 4, 10);
        foreach (int levels in (int[])[2, 3, 4])
        {
            using var residual = new ResidualBinaryIndex(ResidualBinaryCode.Fit(vectors, dimensions, levels));
            residual.Add(vectors);
            Lines(FormattableString.Invariant($"bebr-{levels}"), residual.VectorBytes, residual, null, 0, 4);
        }
        int parts = dimensions / 4;
        float[] sample = vectors.Length <= SampleVectors * dimensions ? vectors : Sample(vectors, dimensions);
        if (dimensions % 4 == 0)
        {
            using var product = new ProductIndex(ProductCode.Fit(sample, dimensions, parts));
            product.Add(vectors);
            Lines(FormattableString.Invariant($"pq-{parts}"), parts, product, null, 0, 4);
        }
        if (vectors.Length / dimensions > dimensions)
            Whitened();
        using (var int8 = new ExactIndex(dimensions, VectorCode.Int8, Metric.Dot, CodeRanges.Of(vectors, dimensions)))
        {
            int8.Add(vectors);
            Line("int8", int8.VectorBytes, int8, null);
        }
        using (var float16 = new ExactIndex(dimensions, VectorCode.Float16))
        {
            float16.Add(vectors);
            Line("float16", float16.VectorBytes, float16, null);
        }
        return lines;

        // The transform before the codes that gain from evenly spread values.
        void Whitened()
        {
            LinearTransform whitening = LinearTransform.Fit(sample, dimensions, dimensions, whiten: true);
            float[] turned = new float[vectors.Length];
            for (int at = 0; at < vectors.Length; at += dimensions)
                whitening.Apply(vectors.AsSpan(at, dimensions), turned.AsSpan(at));
            using (var signs = new SignIndex(dimensions, turned))
                Lines("whiten-binary", bits, signs, whitening, 0, 4);
            using var residual = new ResidualBinaryIndex(ResidualBinaryCode.Fit(turned, dimensions, 2));
            residual.Add(turned);
            Lines("whiten-bebr-2", residual.VectorBytes, residual, whitening, 0, 4);
        }

        void Lines(string name, int bytes, IVectorIndex codes, LinearTransform? transform, params int[] oversamplings)
        {
            foreach (int one in oversamplings)
            {
                var index = new RescoredCodes(codes, exact, transform, one);
                string rescored = one == 0 ? name : FormattableString.Invariant($"{name}+{one}x");
                Line(rescored, bytes + (one == 0 ? 0 : whole), index, null);
            }
        }

        void Line(string name, int bytes, IVectorIndex index, SearchOptions? options)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lines.Add(new CodeRecallLine(name, bytes, Recall(expected, Nearest(index, asked, options))));
        }
    }

    private static VectorSink Add(List<float> list) => vectors =>
    {
        foreach (float value in vectors)
            list.Add(value);
    };

    private static float[] Sample(float[] vectors, int dimensions)
    {
        float[] sample = new float[SampleVectors * dimensions];
        long count = vectors.Length / dimensions;
        for (int i = 0; i < SampleVectors; i++)
            vectors.AsSpan((int)(i * count / SampleVectors) * dimensions, dimensions)
                .CopyTo(sample.AsSpan(i * dimensions));
        return sample;
    }

    private static List<int[]> Nearest(IVectorIndex index, float[] queries, SearchOptions? options)
    {
        var hits = new Hit[Depth];
        var all = new List<int[]>();
        for (int at = 0; at < queries.Length; at += index.Dimensions)
        {
            int found = index.Search(queries.AsSpan(at, index.Dimensions), hits, options);
            all.Add([.. hits[..found].Select(hit => hit.Id)]);
        }
        return all;
    }

    private static double Recall(int[][] expected, List<int[]> found)
    {
        double sum = 0;
        for (int i = 0; i < expected.Length; i++)
            sum += (double)expected[i].Intersect(found[i]).Count() / Math.Max(1, expected[i].Length);
        return sum / expected.Length;
    }
}
