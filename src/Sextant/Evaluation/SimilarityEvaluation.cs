using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Two texts and how similar people found them; any scale, larger is more similar.</summary>
internal readonly record struct SimilarityPair(string First, string Second, double Score);

/// <summary>Measures whether a model finds those texts similar that people find similar.</summary>
internal static class SimilarityEvaluation
{
    /// <summary>
    /// Spearman's correlation between the people's scores and the cosines of the vectors. NaN where all scores, or all
    /// cosines, are equal.
    /// </summary>
    public static double Spearman(IReadOnlyList<SimilarityPair> pairs, EmbeddingRun run) => Measure(pairs, run, Cosine);

    /// <summary>The same with the vectors' signs: the fewer differ, the more similar.</summary>
    internal static double SpearmanOfSigns(IReadOnlyList<SimilarityPair> pairs, EmbeddingRun run) =>
        Measure(pairs, run, (left, right) => -BinaryCode.Distance(Code(left), Code(right)));

    private static byte[] Code(ReadOnlySpan<float> vector)
    {
        byte[] code = new byte[BinaryCode.Bytes(vector.Length)];
        BinaryCode.Encode(vector, code);
        return code;
    }

    private static double Measure(
        IReadOnlyList<SimilarityPair> pairs, EmbeddingRun run,
        Func<ReadOnlySpan<float>, ReadOnlySpan<float>, double> compare)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(run);
        FloatRows first = Vectors(run, [.. pairs.Select(pair => pair.First)]);
        FloatRows second = Vectors(run, [.. pairs.Select(pair => pair.Second)]);
        var found = new double[pairs.Count];
        for (int i = 0; i < found.Length; i++)
            found[i] = compare(first.Row(i), second.Row(i));
        return RankCorrelation.Spearman(found, [.. pairs.Select(pair => pair.Score)]);
    }

    private static FloatRows Vectors(EmbeddingRun run, string[] texts)
    {
        var vectors = new FloatRows(run.Dimensions);
        run.Embed(texts, rows => vectors.Add(rows));
        return vectors;
    }

    // Summed in double and rounded to float: pairs of equal texts come out as 1, whatever the lengths, and tie.
    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double product = 0, leftSquares = 0, rightSquares = 0;
        for (int i = 0; i < left.Length; i++)
        {
            product += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }
        double lengths = Math.Sqrt(leftSquares) * Math.Sqrt(rightSquares);
        return lengths > 0 ? (float)(product / lengths) : 0;
    }
}
