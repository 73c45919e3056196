namespace Sextant.Evaluation;

/// <summary>
/// Which form of fusion is best, and with which weight: each set is judged with the weight that is best on the others.
/// </summary>
internal sealed class FusionStudy
{
    private const int Depth = 10;

    private readonly Dictionary<(string Form, double Weight), List<double>> _gains = [];

    /// <summary>Sets that were added.</summary>
    public int Sets { get; private set; }

    /// <summary>Measures every form and weight on a set.</summary>
    public void Add(RetrievalSet set, Ranker vectors, Ranker words, CancellationToken cancellation)
    {
        int documents = set.Documents.Count;
        float[] near = new float[documents], worded = new float[documents];
        double[] fused = new double[documents];
        var sums = new Dictionary<(string, double), double>();
        for (int query = 0; query < set.Queries.Count; query++)
        {
            cancellation.ThrowIfCancellationRequested();
            vectors.Score(query, near);
            words.Score(query, worded);
            var grades = set.Queries[query].Judgements.Where(one => one.Document >= 0)
                .ToDictionary(one => one.Document, one => one.Grade);
            int[] judged = [.. set.Queries[query].Judgements.Select(one => one.Grade)];
            foreach (FusionForm form in FusionForm.All)
            {
                foreach (double weight in form.Weights)
                {
                    form.Fuse(weight, near, worded, fused);
                    int[] found = [.. Best(fused).Select(document => grades.GetValueOrDefault(document))];
                    sums[(form.Name, weight)] = sums.GetValueOrDefault((form.Name, weight))
                        + RankedMeasures.Ndcg(found, judged, Depth);
                }
            }
        }
        foreach (((string, double) key, double sum) in sums)
        {
            if (!_gains.TryGetValue(key, out List<double>? gains))
                _gains.Add(key, gains = []);
            gains.Add(sum / set.Queries.Count);
        }
        Sets++;
    }

    /// <summary>nDCG@10 of a form on each set, for a weight.</summary>
    public IReadOnlyList<double> Of(FusionForm form, double weight) => _gains[(form.Name, weight)];

    /// <summary>The weight that is best on all sets but one, the smaller one of equals.</summary>
    public double WeightWithout(FusionForm form, int set) =>
        form.Weights.MaxBy(weight => Of(form, weight).Where((_, i) => i != set).Sum());

    private static int[] Best(double[] scores)
    {
        var queue = new PriorityQueue<int, (double, int)>();
        for (int i = 0; i < scores.Length; i++)
        {
            queue.Enqueue(i, (scores[i], -i));
            if (queue.Count > Depth)
                queue.Dequeue();
        }
        int[] best = new int[queue.Count];
        for (int i = best.Length - 1; i >= 0; i--)
            best[i] = queue.Dequeue();
        return best;
    }
}
