using System.Text;
using Sextant.Cli.Caches;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>The passages of all files that are searched, by their numbers from 0 on.</summary>
internal sealed class FilePassages
{
    private readonly List<CachedFile> _files = [];
    private readonly List<int> _starts = [];

    /// <summary>How many passages there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a file after the others.</summary>
    public void Add(CachedFile file)
    {
        if (file.Count == 0)
            return;
        _files.Add(file);
        _starts.Add(Count);
        Count = checked(Count + file.Count);
    }

    /// <summary>A passage.</summary>
    public Passage Passage(int id)
    {
        (CachedFile file, int index) = Find(id);
        return file.Passage(index);
    }

    /// <summary>A passage's text in UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int id)
    {
        (CachedFile file, int index) = Find(id);
        return file.Text(index);
    }

    /// <summary>The scores of all passages for a query's terms: those of <see cref="Bm25"/>, to the bit.</summary>
    public float[] TermScores(IEnumerable<string> query)
    {
        long length = 0;
        foreach (CachedFile file in _files)
        {
            for (int i = 0; i < file.Count; i++)
                length += file.Terms(i);
        }
        double mean = (double)length / Math.Max(1, Count);
        double[] scores = new double[Count];
        foreach (string term in query)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(term);
            int having = 0;
            foreach (CachedFile file in _files)
                having += file.Postings(bytes).Length;
            double idf = Bm25.InverseFrequency(Count, having);
            for (int f = 0; f < _files.Count; f++)
            {
                foreach ((int passage, int times) in _files[f].Postings(bytes))
                {
                    scores[_starts[f] + passage] += Bm25.Weight(
                        idf, times, _files[f].Terms(passage), mean, Bm25.DefaultK1, Bm25.DefaultB);
                }
            }
        }
        return Array.ConvertAll(scores, static score => (float)score);
    }

    private (CachedFile File, int Index) Find(int id)
    {
        int found = _starts.BinarySearch(id);
        found = found < 0 ? ~found - 1 : found;
        return (_files[found], id - _starts[found]);
    }
}
