using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.IndexWriting;

/// <summary>Every call on an index that somebody else made: what it throws is a <see
/// cref="SextantException"/>.</summary>
internal static class IndexUse
{
    /// <summary>Reads all there is to read, each call by itself; throws the first typed error at the end.</summary>
    public static void Read(string path)
    {
        using IndexReader reader = IndexReader.Open(path);
        SextantException? refusal = null;
        float[] query = new float[reader.Dimensions];
        query.AsSpan().Fill(0.5f);
        var hits = new Hit[5];
        int found = 0;
        Try(reader.Verify);
        Try(() =>
        {
            foreach (string key in reader.Keys())
            {
                reader.Contains(key);
                reader.AttributesOf(key);
                reader.IdsOf(key);
            }
        });
        Try(() => found = reader.Search(query, hits));
        if (reader.Definition.Lists > 0)
            Try(() => reader.Search(query, hits, new SearchOptions { Probes = 2 }));
        if (reader.Definition.KeepsTerms)
            Try(() => reader.SearchTerms(Rounds.Terms(3), hits));
        Try(() => reader.Where(IndexFilter.Parse()));
        Try(() =>
        {
            if (reader.KindOf("round") is { } kind)
            {
                reader.Where(IndexFilter.Parse(
                    kind switch
                    {
                        AttributeKind.Boolean => "round=true",
                        AttributeKind.Integer or AttributeKind.Double => "round>0",
                        AttributeKind.Text => "round=1",
                        _ => "round contains 1",
                    }));
            }
        });
        Try(() => reader.Statistics());
        for (int id = 0; id < Math.Min(reader.Ids, 200); id++)
        {
            int one = id;
            Try(() => Passage(reader, one));
        }
        if (refusal is not null)
            throw refusal;

        void Try(Action call)
        {
            try
            {
                call();
            }
            catch (SextantException problem)
            {
                refusal ??= problem;
            }
        }
    }

    /// <summary>Changes it, compacts it and reads it again.</summary>
    public static void Write(string path)
    {
        using (VectorIndex writer = VectorIndex.Open(new UnsyncedFolder(path)))
        {
            float[] vector = new float[writer.Definition.Dimensions];
            vector.AsSpan().Fill(0.25f);
            var document = new IndexDocument
            {
                Key = "k1",
                Vectors = vector,
                Terms = writer.Definition.KeepsTerms ? [Rounds.Terms(3)] : [],
            };
            try
            {
                writer.Upsert(document);
            }
            catch (ArgumentException)
            {
                // A forged transform or range has no code for the vector: that is the argument's error.
            }
            writer.Delete("last");
            writer.Commit();
            writer.Compact();
        }
        Read(path);
    }

    private static void Passage(IndexReader reader, int id)
    {
        try
        {
            reader.Key(id);
        }
        catch (ArgumentOutOfRangeException)
        {
            return; // ids have gaps
        }
        reader.Number(id);
        reader.Payload(id);
        reader.Attributes(id);
        reader.Vector(id, new float[reader.KeptDimensions]);
    }
}
