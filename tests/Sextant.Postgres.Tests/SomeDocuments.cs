using System.Text;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Postgres.Tests;

/// <summary>Documents of every form that an index has, and definitions of every code.</summary>
internal static class SomeDocuments
{
    public const int Dimensions = 44; // no multiple of 8: the last byte of a binary code is not full

    private static readonly Lazy<ProductCode> s_product =
        new(() => ProductCode.Fit(Vectors(400, 7), Dimensions, 11)); // takes a second

    public static string[] Definitions { get; } =
    [
        "Binary+Float32+Dot", "Binary+Float16+Dot", "Binary+Float16+Cosine", "Binary+Float16+SquaredDistance",
        "Binary+BFloat16+Dot", "Binary+Int8+Cosine", "Binary++Cosine", "Binary+Float32+Dot+transform",
        "Float32++Dot", "Float32++SquaredDistance", "Float16++Cosine", "BFloat16++Dot", "Int8++Dot",
        "ResidualBinary++Dot", "ResidualBinary+Float16+Cosine", "Product++Dot", "Product+Float32+SquaredDistance",
        "RaBitQ++Dot", "RaBitQ+Float16+SquaredDistance",
    ];

    /// <summary>The ones that a server with these types can search.</summary>
    public static bool IsSearched(IndexDefinition definition, PostgresTypes types) =>
        definition.Code is VectorCode.Binary or VectorCode.Float32
        || (definition.Code == VectorCode.Float16 && types == PostgresTypes.Pgvector);

    public static float[] Vectors(int count, int seed)
    {
        var random = new Random(seed);
        float[] vectors = new float[count * Dimensions];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = (float)((random.NextDouble() - 0.5) * 2);
        return vectors;
    }

    /// <summary>A definition by its name: code, what is rescored, metric, and whether there is a transform.</summary>
    public static IndexDefinition Definition(string name, bool keepsTerms = false)
    {
        string[] parts = name.Split('+');
        VectorCode code = Enum.Parse<VectorCode>(parts[0]);
        VectorCode? rescore = parts[1].Length == 0 ? null : Enum.Parse<VectorCode>(parts[1]);
        float[] sample = Vectors(400, 7);
        LinearTransform? transform =
            parts.Length > 3 ? LinearTransform.Fit(sample, Dimensions, 24) : null;
        return new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Rescore = rescore,
            Metric = Enum.Parse<Metric>(parts[2]),
            Transform = transform,
            Ranges = code == VectorCode.Int8 || rescore == VectorCode.Int8 ? CodeRanges.Of(sample, Dimensions) : null,
            ResidualBinary = code == VectorCode.ResidualBinary ? ResidualBinaryCode.Fit(sample, Dimensions, 2) : null,
            Product = code == VectorCode.Product ? s_product.Value : null,
            RaBitQ = code == VectorCode.RaBitQ ? RaBitQCode.Fit(sample, Dimensions, 3, 0) : null,
            KeepsTerms = keepsTerms,
            Properties = [new("weights by tensor", "5e0c"), new("pooling", "mean"), new("größe", "\"ü\"\n")],
        };
    }

    /// <summary>
    /// Documents of none, one and several passages, whose keys, payloads and attributes are odd; every tenth vector is
    /// one that was there before, so that there are equal scores.
    /// </summary>
    public static List<IndexDocument> Documents(int count, int seed, bool keepsTerms = false)
    {
        var random = new Random(seed);
        float[] vectors = Vectors(3 * count, seed);
        for (int row = 10; row < 3 * count; row += 10)
            vectors.AsSpan((row - 7) * Dimensions, Dimensions).CopyTo(vectors.AsSpan(row * Dimensions));
        var documents = new List<IndexDocument>();
        for (int i = 0; i < count; i++)
        {
            int passages = i % 7 == 3 ? 0 : 1 + (i % 3);
            documents.Add(new IndexDocument
            {
                Key = i % 5 == 0 ? $"k'\"\\{i}\té𝄞" : $"key {i}",
                Vectors = vectors.AsMemory(3 * i * Dimensions, passages * Dimensions),
                Payloads = i % 4 == 0 ? []
                    : [.. Enumerable.Range(0, passages).Select(
                        one => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"\0\\ text {one} of {i}"))],
                Terms = !keepsTerms ? []
                    : [.. Enumerable.Range(0, passages).Select(
                        one => (IReadOnlyCollection<string>)["a", "a", $"term {one}", "\"{}'é"])],
                Attributes = i % 6 == 0 ? []
                    : Attributes(i),
            });
        }
        return documents;
    }

    /// <summary>How the library searches where the server does: binary codes by the query's signs.</summary>
    public static SearchOptions Options(IndexDefinition definition) =>
        new() { QueryBits = definition.Code == VectorCode.Binary ? 1 : null };

    public static VectorIndex Index(IndexDefinition definition, IEnumerable<IndexDocument> documents)
    {
        VectorIndex index = VectorIndex.Create(definition);
        foreach (IndexDocument one in documents)
            index.Upsert(one);
        index.Commit();
        return index;
    }

    // Values of every kind, and those that JSON has no number for.
    private static List<IndexAttribute> Attributes(int i)
    {
        double[] reals = [0.1, -0.0, 0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, 5e-324,
            1152921504606846976.0, -2.5, 2003];
        List<IndexAttribute> attributes =
        [
            new("year", 2000L + (i % 9)), new("lang", i % 2 == 0 ? "de" : "en'\"\\"),
            new("größe 1", long.MaxValue - i), new("price", reals[i % 11]), new("is new", i % 3 == 0),
            new("tags", [.. new[] { "a", "b\"", "é𝄞" }.Take(i % 4)]),
            new("years", [.. new long[] { i, long.MinValue, long.MaxValue }.Take(i % 4)]),
            new("prices", [.. reals.Skip(i % 11).Take(i % 3)]),
        ];
        if (i % 5 == 2)
            attributes.RemoveAll(one => one.Name is "price" or "tags" or "is new");
        return attributes;
    }

    /// <summary>A document as text, for comparison: attributes and terms in an order of their own.</summary>
    public static string Text(EncodedDocument document) => string.Join(
        '\n',
        [
            document.Key,
            .. document.Attributes.Select(one => $"{one.Name}={one.Kind} {Value(one)}").Order(StringComparer.Ordinal),
            .. document.Passages.Select(one => $"{Convert.ToHexString(one.Code.Span)} "
                + $"{Convert.ToHexString(one.Vector.Span)} {Convert.ToHexString(one.Payload.Span)} "
                + string.Join(',', one.Terms.Select(term => $"{term.Key}*{term.Value}").Order(StringComparer.Ordinal))),
        ]);

    private static string Value(IndexAttribute attribute) => attribute.Value switch
    {
        System.Collections.IEnumerable list and not string =>
            string.Join(',', list.Cast<object>().Select(one => FormattableString.Invariant($"<{one}>"))),
        long whole => FormattableString.Invariant($"{whole}"),
        double real => FormattableString.Invariant($"{real:R}"),
        object one => one.ToString()!,
    };
}
