using System.Text;
using Sextant.Indexes;
using Sextant.IndexWriting;

namespace Sextant.Tests.Indexes;

/// <summary>A temporary folder for an index, and what must be in it.</summary>
internal sealed class ScratchIndex : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-index-").FullName;

    public string Path => System.IO.Path.Combine(_root, "index");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Fails unless the index is whole and holds what the round of its last commit left.</summary>
    public static long AssertIsSomeRound(string path, long least, long most)
    {
        using IndexReader reader = IndexReader.Open(path);
        reader.Verify();
        long round = Rounds.Last(reader);
        Assert.InRange(round, least, most);
        Dictionary<string, long> expected = Rounds.After(round);
        Assert.Equal(expected.Keys.Order(), reader.Keys().Order());
        Assert.Equal(expected.Count, reader.Documents);
        foreach ((string key, long written) in expected)
        {
            IndexDocument document = Rounds.Document(key, written);
            Assert.Equal([new IndexAttribute("round", written)], reader.AttributesOf(key)!);
            (int first, int count) = reader.IdsOf(key);
            Assert.Equal(document.Payloads.Count, count);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(key, reader.Key(first + i));
                Assert.Equal(i, reader.Number(first + i));
                Assert.Equal(
                    Encoding.UTF8.GetString(document.Payloads[i].Span),
                    Encoding.UTF8.GetString(reader.Payload(first + i)));
            }
        }
        return round;
    }
}
