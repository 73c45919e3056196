using System.Text;
using Sextant.Cli.Outputs;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>The best passages whose texts differ; the locations of equal texts go with the first of them.</summary>
/// <param name="most">How many to keep.</param>
internal sealed class DistinctPassages(int most)
{
    private readonly Dictionary<string, List<PassageLocation>> _places = new(StringComparer.Ordinal);
    private readonly HashSet<int> _lengths = []; // of the kept texts, in UTF-8

    /// <summary>Whether what was searched is not all there is to be.</summary>
    public bool IsUnfinished { get; init; }

    /// <summary>What is kept, best first.</summary>
    public List<FoundPassage> Found { get; } = [];

    /// <summary>Whether one more text was met than are kept.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether a passage of this text, in UTF-8, can change what is kept: a text of another length than all
    /// those kept cannot, once there are enough.</summary>
    public bool MayTake(ReadOnlySpan<byte> text) => Found.Count < most || _lengths.Contains(text.Length);

    /// <summary>Takes the next best hit.</summary>
    public void Add(Passage passage, HybridHit hit)
    {
        if (_places.TryGetValue(passage.Text, out List<PassageLocation>? same))
        {
            same.Add(PassageLocation.Of(passage));
            return;
        }
        IsFull = Found.Count == most;
        if (IsFull)
            return; // what follows may still be the text of a hit
        _places.Add(passage.Text, same = []);
        _lengths.Add(Encoding.UTF8.GetByteCount(passage.Text));
        Found.Add(new FoundPassage(Found.Count + 1, hit.Score, passage, same)
        {
            IsUnfinished = IsUnfinished,
            Similarity = float.IsNaN(hit.Similarity) ? null : hit.Similarity,
            Terms = float.IsNaN(hit.Terms) ? null : hit.Terms,
        });
    }
}
