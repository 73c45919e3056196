using System.Runtime.InteropServices;
using Sextant.Codes;
using Sextant.Measurement.Records;
using Sextant.Measurement.Searches;

namespace Sextant.Bench.Peers;

/// <summary>
/// Our exact searches and FAISS's on the same vectors and codes, one thread each, in turns: IndexBinaryFlat against
/// binary codes by Hamming distance, IndexFlatIP against rows of float32. Both must find the same distances first.
/// </summary>
internal static class SearchPeers
{
    private const int Hits = VectorSet.Hits;

    public static void Run(int vectors, int dimensions, string root, string output)
    {
        string folder = Path.Combine(root, FormattableString.Invariant($"vectors-{vectors}x{dimensions}"));
        Directory.CreateDirectory(folder);
        var set = new VectorSet(vectors, dimensions, SearchBench.MaxQueries);
        File.WriteAllBytes(Path.Combine(folder, "vectors.f32"), MemoryMarshal.AsBytes<float>(set.Vectors).ToArray());
        File.WriteAllBytes(
            Path.Combine(folder, "queries.f32"), MemoryMarshal.AsBytes<float>(set.QueryVectors).ToArray());
        File.WriteAllBytes(Path.Combine(folder, "codes.u1"), Codes(set.Vectors, dimensions));
        File.WriteAllBytes(Path.Combine(folder, "queries.u1"), Codes(set.QueryVectors, dimensions));
        using PeerProcess peer = PeerProcess.Start(
            "FAISS", "/usr/bin/python3", Path.Combine(PeerProcess.Folder("faiss"), "serve.py"), folder,
            FormattableString.Invariant($"{dimensions}"), "1");
        using var records = new PeerRecords();
        (string, string, int)[] rows = [("binary", "binary", 1), ("binary", "binary", 64), ("exact-float32", "flat", 1)];
        foreach ((string kind, string theirs, int queries) in rows)
        {
            using SearchedIndex index = SearchKind.All.Single(one => one.Name == kind).Make(set, 1);
            Check(set, index, peer, theirs);
            var ids = new int[queries * Hits];
            int next = 0;
            records.Duel(
                Form(kind, set, queries),
                Contestant.Here("sextant", () =>
                {
                    next = next + 2 * queries > set.Queries ? 0 : next + queries;
                    index.Search(set, next, queries, ids);
                }),
                [new Contestant("faiss",
                    passes => peer.Times(FormattableString.Invariant($"time {theirs} {passes} {queries}")).Median)],
                queries, "queries_per_second");
        }
        records.Write(
            output, FormattableString.Invariant($"faiss-{vectors}x{dimensions}"),
            FormattableString.Invariant($"Sextant.Bench peers faiss {vectors} {dimensions}"), peer.Version);
    }

    private static BenchRow Form(string kind, VectorSet set, int queries) => new()
    {
        Id = FormattableString.Invariant($"search/{kind}/{set.Count}x{set.Dimensions}/{queries}/1"),
        Part = "search",
        Labels =
        [
            new("index", kind), new("vectors", FormattableString.Invariant($"{set.Count}")),
            new("dimensions", FormattableString.Invariant($"{set.Dimensions}")),
            new("queries", FormattableString.Invariant($"{queries}")), new("threads", "1"), new("device", "cpu"),
        ],
        Unit = "s",
        Samples = [],
        Repeat = FormattableString.Invariant($"Sextant.Bench peers faiss {set.Count} {set.Dimensions} FOLDER"),
    };

    // Ties are broken differently, so distances are compared, not ids.
    private static void Check(VectorSet set, SearchedIndex index, PeerProcess peer, string kind)
    {
        var ids = new int[set.Queries * Hits];
        for (int first = 0; first < set.Queries; first++)
        {
            var one = new int[Hits];
            index.Search(set, first, 1, one);
            one.CopyTo(ids, first * Hits);
        }
        long[] theirs = peer.Values<long>($"check {kind}");
        for (int i = 0; i < ids.Length; i++)
        {
            double ours = Score(set, kind, i / Hits, ids[i]), other = Score(set, kind, i / Hits, (int)theirs[i]);
            if (!(Math.Abs(ours - other) <= 1e-5))
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"{kind}, query {i / Hits}, hit {i % Hits}: ours scores {ours}, FAISS's {other}."));
        }
    }

    private static double Score(VectorSet set, string kind, int query, int id)
    {
        ReadOnlySpan<float> left = set.Query(query), right = set.Vectors.AsSpan(id * set.Dimensions, set.Dimensions);
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
            sum += kind == "binary" ? (left[i] > 0) == (right[i] > 0) ? 1 : 0 : (double)left[i] * right[i];
        return sum;
    }

    private static byte[] Codes(float[] vectors, int dimensions)
    {
        int size = BinaryCode.Bytes(dimensions);
        var codes = new byte[vectors.Length / dimensions * size];
        for (int i = 0; i < vectors.Length / dimensions; i++)
            BinaryCode.Encode(vectors.AsSpan(i * dimensions, dimensions), codes.AsSpan(i * size, size));
        return codes;
    }
}
