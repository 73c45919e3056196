using System.Globalization;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Evaluation;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>
/// Measures every form of fusion and weight on some sets, and prints what each set gets from the others.
/// </summary>
internal static class FusionRun
{
    public static void Measure(
        List<string> folders, EmbeddingModel model, TermAnalyzer analyzer, Prompt? query, Terminal terminal)
    {
        string[] names = RetrievalRun.Names(folders);
        var study = new FusionStudy();
        for (int i = 0; i < folders.Count; i++)
        {
            RetrievalSet set = RetrievalFolder.Read(folders[i], terminal).Set;
            using var progress = new ProgressLine(
                terminal, $"texts of {names[i]}", (long)set.Documents.Count + set.Queries.Count);
            using var vectors = new VectorRanker(
                set, new EmbeddingRun(model, progress, terminal.Cancellation), query);
            using var words = new Bm25Ranker(set, analyzer, terminal.Cancellation);
            study.Add(set, vectors, words, terminal.Cancellation);
        }
        using var lines = new MetricLines(terminal);
        foreach (FusionForm form in FusionForm.All)
        {
            string name = form.Name.Replace(' ', '-');
            foreach (double weight in form.Weights)
            {
                lines.Write(
                    "mean", string.Create(CultureInfo.InvariantCulture, $"{name}:{weight}"),
                    study.Of(form, weight).Average());
            }
            double sum = 0;
            for (int set = 0; set < folders.Count; set++)
            {
                double chosen = study.WeightWithout(form, set);
                double gain = study.Of(form, chosen)[set];
                lines.Write(
                    names[set], string.Create(CultureInfo.InvariantCulture, $"{name}:{chosen}-by-the-others"), gain);
                sum += gain;
            }
            lines.Write("mean", $"{name}:by-the-others", sum / folders.Count);
        }
    }
}
