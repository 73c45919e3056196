using Sextant.Codes;
using Sextant.Indexes;
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
        IndexDefinition plain = new() { Dimensions = dimensions, Code = VectorCode.Float32 };
        int[][] expected;
        using (IndexReader exact = IndexReader.Of(plain, vectors))
            expected = [.. Nearest(exact, asked, 0, null)];

        var lines = new List<CodeRecallLine>();
        IndexDefinition signs = plain with { Code = VectorCode.Binary };
        Lines("binary", signs, 1, 0, 4, 10);
        Lines("binary-q4", signs, 4, 0, 4, 10);
        Lines("binary-q8", signs, 8, 0, 4, 10);
        foreach (int levels in (int[])[2, 3, 4])
        {
            string name = FormattableString.Invariant($"bebr-{levels}");
            Lines(name, IndexFit.WithResidualBinary(plain with { Metric = Metric.Cosine }, vectors, levels), null, 0, 4);
        }
        int parts = dimensions / 4;
        float[] sample = vectors.Length <= SampleVectors * dimensions ? vectors : Sample(vectors, dimensions);
        if (dimensions % 4 == 0)
            Lines(FormattableString.Invariant($"pq-{parts}"), IndexFit.WithProduct(plain, sample, parts), null, 0, 4);
        for (int bits = 1; bits <= RaBitQCode.MaxBits; bits++)
            RaBitQ(bits, 0);
        if (vectors.Length / dimensions > dimensions)
        {
            // Components for each number of bits: as many bytes as fewer bits of all dimensions take.
            RaBitQ(2, Math.Max(1, dimensions / 2));
            RaBitQ(3, Math.Max(1, dimensions * 21 / 32));
            RaBitQ(4, Math.Max(1, dimensions * 3 / 4));
        }
        Lines("int8", plain with { Code = VectorCode.Int8, Ranges = CodeRanges.Of(vectors, dimensions) }, null, 0);
        Lines("float16", plain with { Code = VectorCode.Float16 }, null, 0);
        return lines;

        void RaBitQ(int bits, int components)
        {
            string before = components == 0 ? "" : FormattableString.Invariant($"pca-{components}-");
            Lines(
                FormattableString.Invariant($"{before}rabitq-{bits}"),
                IndexFit.WithRaBitQ(plain, vectors, bits, components), null, 0, 4);
        }

        // Each with the scan's own ten, and with so many candidates for each hit scored again as floats.
        void Lines(string name, IndexDefinition definition, int? queryBits, params int[] oversamplings)
        {
            CodeLayout layout = new CodeEncoder(definition with { Rescore = null }).Layout;
            int bytes = layout.RowBytes + (layout.HasLengths ? sizeof(float) : 0);
            foreach (int one in oversamplings)
            {
                cancellationToken.ThrowIfCancellationRequested();
                VectorCode? rescored = one == 0 ? null : VectorCode.Float32;
                using IndexReader index = IndexReader.Of(definition with { Rescore = rescored }, vectors);
                lines.Add(new CodeRecallLine(
                    one == 0 ? name : FormattableString.Invariant($"{name}+{one}x"),
                    bytes + (one == 0 ? 0 : sizeof(float) * dimensions), Recall(expected, Nearest(index, asked, one, queryBits))));
            }
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

    // One candidate for a hit: what a scan alone finds, in whatever order.
    private static List<int[]> Nearest(IndexReader index, float[] queries, int oversampling, int? queryBits)
    {
        var hits = new Hit[Depth];
        var all = new List<int[]>();
        var options = new SearchOptions { Oversampling = Math.Max(1, oversampling), QueryBits = queryBits };
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
