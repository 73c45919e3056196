using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

#pragma warning disable MEVD9001 // experimental: what the abstractions offer to those who implement them

namespace Sextant.Extensions.VectorData;

/// <summary>What a collection's records are, and what its index is made of for them.</summary>
internal sealed class CollectionSchema
{
    private const string KeyName = "vectordata.key";
    private const string DistanceName = "vectordata.distance";
    private const string TermsName = "vectordata.terms";

    /// <exception cref="NotSupportedException">A distance function or a kind of index is not there.</exception>
    public CollectionSchema(CollectionModel model, TermAnalyzer terms)
    {
        (Model, Terms) = (model, terms);
        Vector = model.VectorProperties.Count == 0 ? null : model.VectorProperty;
        Distance = Distance.Of(Vector);
        if (Vector?.IndexKind is { } kind and not (IndexKind.Flat or IndexKind.Dynamic))
        {
            throw new NotSupportedException(
                $"'{Vector.ModelName}' asks for an index '{kind}'; {IndexKind.Flat} (and {IndexKind.Dynamic}, which is "
                + "the same here) are supported: every search is exact.");
        }
        FullText = [.. model.DataProperties.Where(one => one.IsFullTextIndexed)];
        if (FullText.FirstOrDefault(one => one.Type != typeof(string)) is { } other)
        {
            throw new NotSupportedException(
                $"'{other.ModelName}' is {other.Type.Name}; only texts have full-text search.");
        }
        Definition = new IndexDefinition
        {
            Dimensions = Vector?.Dimensions ?? 1,
            Code = VectorCode.Float32,
            Rescore = null,
            Metric = Distance.Metric,
            KeepsTerms = FullText.Count > 0,
            Properties =
            [
                new(KeyName, model.KeyProperty.Type.Name),
                new(DistanceName, Vector is null ? "" : Distance.Name),
                new(TermsName, FullText.Count > 0 ? terms.Name : ""),
            ],
        };
    }

    public CollectionModel Model { get; }

    public TermAnalyzer Terms { get; }

    /// <summary>The property that is searched; null: records have no vectors.</summary>
    public VectorPropertyModel? Vector { get; }

    public Distance Distance { get; }

    /// <summary>Properties whose words are kept.</summary>
    public IReadOnlyList<DataPropertyModel> FullText { get; }

    public IndexDefinition Definition { get; }

    /// <summary>
    /// A term as it is kept: where several properties have terms, each has its own, so that one can be searched alone.
    /// </summary>
    public string Term(DataPropertyModel property, string term) =>
        FullText.Count == 1 ? term : $"{property.StorageName}\0{term}";

    /// <summary>Refuses an index that was made for other records.</summary>
    /// <exception cref="MissingCollectionException">It was; the message says in what they differ.</exception>
    public void RequireSame(string name, IndexDefinition other)
    {
        if (other.Dimensions != Definition.Dimensions)
            throw Other(name, "dimensions", $"{other.Dimensions}", $"{Definition.Dimensions}");
        foreach ((string property, string value) in Definition.Properties)
        {
            if (other.Property(property) != value)
                throw Other(name, property, other.Property(property) ?? "none", value);
        }
    }

    private static MissingCollectionException Other(string name, string what, string found, string wanted) =>
        new($"the collection '{name}' was made with {what} '{found}'; these records have '{wanted}'.");
}

/// <summary>What the scores of searches are.</summary>
internal sealed record Distance(string Name, Metric Metric, Func<double, double> FromSimilarity, bool IsDescending)
{
    private static readonly Distance[] s_all =
    [
        new(DistanceFunction.CosineSimilarity, Metric.Cosine, score => score, true),
        new(DistanceFunction.CosineDistance, Metric.Cosine, score => 1 - score, false),
        new(DistanceFunction.DotProductSimilarity, Metric.Dot, score => score, true),
        new(DistanceFunction.NegativeDotProductSimilarity, Metric.Dot, score => -score, false),
        new(DistanceFunction.EuclideanSquaredDistance, Metric.SquaredDistance, score => -score, false),
        new(DistanceFunction.EuclideanDistance, Metric.SquaredDistance, score => Math.Sqrt(Math.Max(0, -score)), false),
    ];

    /// <summary>That of a property; the cosine where it names none.</summary>
    public static Distance Of(VectorPropertyModel? property)
    {
        string name = property?.DistanceFunction ?? DistanceFunction.CosineSimilarity;
        return Array.Find(s_all, one => one.Name == name) ?? throw new NotSupportedException(
            $"'{property!.ModelName}' asks for the distance function '{name}'; "
            + $"{string.Join(", ", s_all.Select(one => one.Name))} are supported.");
    }

    /// <summary>Whether a score is as good as a threshold.</summary>
    public bool Passes(double score, double? threshold) =>
        threshold is not { } limit || (IsDescending ? score >= limit : score <= limit);
}
