using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Sextant.Cli.Caches;

/// <summary>A passage that has a term, and how often.</summary>
/// <param name="Passage">Its position in the file.</param>
/// <param name="Times">At least 1.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct Posting(int Passage, int Times)
{
    /// <summary>Bytes of one; little-endian, as all the machines are that this runs on.</summary>
    public const int Size = 8;
}

/// <summary>Which passages of a file have which terms, while it is put together.</summary>
internal sealed class TermPostings
{
    private readonly Dictionary<string, List<Posting>> _terms = new(StringComparer.Ordinal);

    /// <summary>
    /// Adds a passage, whose position is not less than the last one's, and says how many terms it has.
    /// </summary>
    public int Add(int passage, List<string> terms)
    {
        foreach (string term in terms)
        {
            if (!_terms.TryGetValue(term, out List<Posting>? postings))
                _terms.Add(term, postings = []);
            if (postings.Count > 0 && postings[^1].Passage == passage)
                postings[^1] = new Posting(passage, postings[^1].Times + 1);
            else
                postings.Add(new Posting(passage, 1));
        }
        return terms.Count;
    }

    /// <summary>Writes ends of texts and postings, postings and texts, in the order of the terms' bytes.</summary>
    /// <returns>How many terms, how many postings, how many bytes of text.</returns>
    public (int Terms, int Postings, int Text) WriteTo(Stream bytes)
    {
        (byte[] Text, List<Posting> Postings)[] terms =
            [.. _terms.Select(one => (Encoding.UTF8.GetBytes(one.Key), one.Value))];
        Array.Sort(terms, static (left, right) => left.Text.AsSpan().SequenceCompareTo(right.Text));
        (int text, int postings) = (0, 0);
        foreach ((byte[] Text, List<Posting> Postings) term in terms)
            Write(bytes, text += term.Text.Length, postings += term.Postings.Count);
        foreach ((_, List<Posting> list) in terms)
        {
            foreach ((int passage, int times) in list)
                Write(bytes, passage, times);
        }
        foreach ((byte[] term, _) in terms)
            bytes.Write(term);
        return (terms.Length, postings, text);
    }

    private static void Write(Stream bytes, int first, int second)
    {
        Span<byte> pair = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(pair, first);
        BinaryPrimitives.WriteInt32LittleEndian(pair[4..], second);
        bytes.Write(pair);
    }
}
