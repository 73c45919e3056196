namespace Sextant.Indexes;

/// <summary>Which documents of a segment are deleted: a bit each.</summary>
internal sealed class DocumentSet(int documents)
{
    private readonly byte[] _bits = new byte[(documents + 7) / 8];

    public bool Contains(int document) => (_bits[document / 8] & (1 << (document % 8))) != 0;

    public void Add(int document) => _bits[document / 8] |= (byte)(1 << (document % 8));

    public DocumentSet Copy()
    {
        var copy = new DocumentSet(documents);
        _bits.CopyTo(copy._bits, 0);
        return copy;
    }

    public byte[] ToBody()
    {
        var body = new ByteWriter();
        body.UInt32((uint)documents);
        body.Bytes(_bits);
        return body.Written.ToArray();
    }

    public static DocumentSet FromBody(string path, ReadOnlySpan<byte> bytes, int documents, uint deleted)
    {
        var body = new ByteReader(path, bytes);
        if (body.UInt32() != documents)
            throw body.Wrong($"is for another number of documents than the segment's {documents}.");
        var set = new DocumentSet(documents);
        body.Take(set._bits.Length).CopyTo(set._bits);
        body.End();
        uint count = 0;
        foreach (byte one in set._bits)
            count += (uint)System.Numerics.BitOperations.PopCount(one);
        bool isClean = documents % 8 == 0 || set._bits.Length == 0 || set._bits[^1] >> (documents % 8) == 0;
        return count == deleted && isClean
            ? set
            : throw body.Wrong($"names {count} documents; the manifest says {deleted}.");
    }
}
