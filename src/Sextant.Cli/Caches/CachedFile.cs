using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Sextant.Passages;

namespace Sextant.Cli.Caches;

/// <summary>A file's passages with their vectors and terms, as the cache keeps them: nothing is spelled out before it
/// is asked for.</summary>
/// <remarks>
/// Little-endian: SHA-256 of what follows; passages, dimensions, terms, postings, bytes of the terms' text (32 bits
/// each, padded to 32 bytes); the vectors; for each passage start, end (64 bits), first line, last line, tokens, the
/// model's tokens, how many of them it lost and did not know, how many terms it has, where its headings begin among the
/// texts, bytes of its headings and of its text (32 bits each); for each term the end of its text and of its postings
/// (32 bits each); the postings: passage and times (32 bits each); the terms' texts, in order; headings and texts of
/// the passages. All text is UTF-8.
/// </remarks>
internal sealed class CachedFile
{
    private const int Sum = SHA256.HashSizeInBytes;
    private const int Head = 32;
    private const int PassageHead = 56;
    private const int TermHead = 8;

    private readonly byte[] _bytes;
    private readonly int _passages;
    private readonly int _termHeads;
    private readonly int _postings;
    private readonly int _termText;
    private readonly int _text;
    private readonly int _terms;

    private CachedFile(string path, byte[] bytes)
    {
        (Path, _bytes) = (path, bytes);
        (Count, Dimensions, _terms) = (Number(Sum), Number(Sum + 4), Number(Sum + 8));
        _passages = Sum + Head + (Count * Dimensions * sizeof(float));
        _termHeads = _passages + (Count * PassageHead);
        _postings = _termHeads + (_terms * TermHead);
        _termText = _postings + (Number(Sum + 12) * Posting.Size);
        _text = _termText + Number(Sum + 16);
    }

    /// <summary>What the passages call the file.</summary>
    public string Path { get; }

    /// <summary>How many passages it has.</summary>
    public int Count { get; }

    /// <summary>Length of the vectors; 0 for none.</summary>
    public int Dimensions { get; }

    /// <summary>All of it, to be kept.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>[passages, dimensions], row by row.</summary>
    public ReadOnlySpan<float> Vectors =>
        MemoryMarshal.Cast<byte, float>(_bytes.AsSpan((Sum + Head).._passages));

    /// <summary>Puts a file together.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passages">Its passages, in order.</param>
    /// <param name="vectors">[passages, dimensions], row by row; none where words alone are searched.</param>
    /// <param name="reports">What the model said of each passage; none without a model.</param>
    /// <param name="analyzer">What takes the passages apart into terms.</param>
    public static CachedFile Of(
        string path, IReadOnlyList<Passage> passages, ReadOnlySpan<float> vectors, ReadOnlySpan<TextReport> reports,
        TermAnalyzer analyzer)
    {
        using var texts = new MemoryStream();
        var heads = new byte[passages.Count * PassageHead];
        var terms = new TermPostings();
        for (int i = 0; i < passages.Count; i++)
        {
            Passage passage = passages[i];
            TextReport report = reports.IsEmpty ? default : reports[i];
            byte[] headings = Encoding.UTF8.GetBytes(passage.Headings), text = Encoding.UTF8.GetBytes(passage.Text);
            Span<byte> head = heads.AsSpan(i * PassageHead, PassageHead);
            BinaryPrimitives.WriteInt64LittleEndian(head, passage.Start);
            BinaryPrimitives.WriteInt64LittleEndian(head[8..], passage.End);
            Numbers(
                head[16..], passage.FirstLine, passage.LastLine, passage.Tokens, report.Tokens, report.Truncated,
                report.Unknown, terms.Add(i, analyzer.Terms(passage.Text)), checked((int)texts.Position),
                headings.Length, text.Length);
            texts.Write(headings);
            texts.Write(text);
        }
        int dimensions = passages.Count == 0 ? 0 : vectors.Length / passages.Count;
        using var bytes = new MemoryStream();
        bytes.Write(new byte[Sum + Head]);
        bytes.Write(MemoryMarshal.AsBytes(vectors));
        bytes.Write(heads);
        (int count, int postings, int length) = terms.WriteTo(bytes);
        texts.WriteTo(bytes);
        byte[] all = bytes.ToArray();
        Numbers(all.AsSpan(Sum), passages.Count, dimensions, count, postings, length);
        SHA256.HashData(all.AsSpan(Sum), all);
        return new CachedFile(path, all);
    }

    /// <summary>The file, or null where the bytes are damaged or of vectors of another length.</summary>
    public static CachedFile? Read(byte[] bytes, string path, int dimensions)
    {
        if (bytes.Length < Sum + Head)
            return null;
        Span<byte> sum = stackalloc byte[Sum];
        SHA256.HashData(bytes.AsSpan(Sum), sum);
        if (!bytes.AsSpan(0, Sum).SequenceEqual(sum))
            return null;
        var file = new CachedFile(path, bytes);
        return file.Count > 0 && file.Dimensions != dimensions ? null : file;
    }

    /// <summary>A passage.</summary>
    public Passage Passage(int index)
    {
        int head = _passages + (index * PassageHead);
        return new Passage(
            Path, Number(head + 16), Number(head + 20), BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(head)),
            BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(head + 8)), Number(head + 24),
            Encoding.UTF8.GetString(Text(index)))
        {
            Headings = Encoding.UTF8.GetString(_bytes, _text + Number(head + 44), Number(head + 48)),
        };
    }

    /// <summary>A passage's text in UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int index)
    {
        int head = _passages + (index * PassageHead);
        return _bytes.AsSpan(_text + Number(head + 44) + Number(head + 48), Number(head + 52));
    }

    /// <summary>What the model said of a passage.</summary>
    public TextReport Report(int index)
    {
        int head = _passages + (index * PassageHead);
        return new TextReport(Number(head + 28), Number(head + 32), Number(head + 36));
    }

    /// <summary>How many terms a passage has, repetitions included.</summary>
    public int Terms(int index) => Number(_passages + (index * PassageHead) + 40);

    /// <summary>The passages that have a term, in order; none where no passage has it.</summary>
    public ReadOnlySpan<Posting> Postings(ReadOnlySpan<byte> term)
    {
        for (int low = 0, high = _terms - 1; low <= high;)
        {
            int middle = (low + high) / 2, head = _termHeads + (middle * TermHead);
            (int start, int first) = middle == 0 ? (0, 0) : (Number(head - 8), Number(head - 4));
            int order = term.SequenceCompareTo(_bytes.AsSpan(_termText + start, Number(head) - start));
            if (order == 0)
            {
                return MemoryMarshal.Cast<byte, Posting>(
                    _bytes.AsSpan(_postings + (first * Posting.Size), (Number(head + 4) - first) * Posting.Size));
            }
            (low, high) = order > 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return [];
    }

    private int Number(int position) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(position));

    private static void Numbers(Span<byte> to, params ReadOnlySpan<int> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(to[(4 * i)..], numbers[i]);
    }
}
