using System.Text;
using Sextant.Cli.Outputs;
using Sextant.Documents;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>Vectors of passages from all over the files, to fit codes to.</summary>
internal static class PassageSample
{
    /// <summary>Maximum number of passages, unless more are asked for: what k-means takes grows with them.</summary>
    public const int MaxPassages = 4096;

    /// <summary>Embeds the sample: the same files give the same one.</summary>
    /// <returns>[n, dimensions].</returns>
    public static float[] Embed(
        IReadOnlyList<string> paths, EmbeddingModel model, PassageReader reader, string prompt, Terminal terminal,
        Encoding? encoding, int maxPassages = MaxPassages)
    {
        List<string> files = [.. TextFile.Find(paths, _ => { })]; // what is skipped is said when the files are indexed
        var texts = new List<string>();
        using var progress = new ProgressLine(terminal, "passages of a sample");
        foreach (string file in Scattered(files))
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            if (texts.Count >= maxPassages)
                break;
            // A long file among many gives its share only.
            int most = Math.Max(16, maxPassages / files.Count);
            List<string> some = Read(file, reader, most, encoding, terminal.Cancellation);
            int count = Math.Min(most, some.Count);
            for (int i = 0; i < count && texts.Count < maxPassages; i++)
                texts.Add(some[(int)((long)i * some.Count / count)]);
        }
        float[] vectors = new float[checked(texts.Count * model.Dimensions)];
        if (texts.Count > 0)
            model.Embed([.. texts], Prompt.Text(prompt), vectors, null, progress, terminal.Cancellation);
        return vectors;
    }

    // All of them, neighbours far from each other: steps of the golden section, made to visit each once.
    private static IEnumerable<string> Scattered(List<string> files)
    {
        long step = Math.Max(1, (long)(files.Count * 0.618));
        while (Gcd(step, files.Count) > 1)
            step++;
        for (long i = 0; i < files.Count; i++)
            yield return files[(int)(i * step % files.Count)];
    }

    private static long Gcd(long left, long right) => right == 0 ? left : Gcd(right, left % right);

    // Passages at even steps, at least as many as are wanted where there are, and fewer than twice as many. What cannot
    // be read is said when the files are indexed.
    private static List<string> Read(
        string path, PassageReader reader, int most, Encoding? encoding, CancellationToken cancellation)
    {
        var kept = new List<string>();
        try
        {
            using DocumentText? text = DocumentText.Open(path, out _, encoding);
            if (text is null)
                return [];
            long step = 1, position = 0;
            foreach (Passage passage in text.Passages(reader, path))
            {
                cancellation.ThrowIfCancellationRequested();
                if (position++ % step != 0)
                    continue;
                kept.Add(passage.Text);
                if (kept.Count < 2 * most)
                    continue;
                for (int i = 0; i < most; i++)
                    kept[i] = kept[2 * i];
                kept.RemoveRange(most, most);
                step *= 2;
            }
            return kept;
        }
        catch (Exception problem)
            when (problem is IOException or UnauthorizedAccessException or System.Text.DecoderFallbackException)
        {
            return [];
        }
    }
}
