using System.Text.Json;
using Sextant.Models;

namespace Sextant.Tests.Models;

/// <summary>What a new family must bring: a line of the README, and a fixture.</summary>
public class CatalogTests
{
    // Read as xlm-roberta, new and t5 are; and tested with its own files.
    private static readonly string[] s_withoutFixture = ["camembert", "gte", "mt5", StaticTable.Model2Vec];

    [Fact]
    public void TheReadmeHasTheTable()
    {
        string readme = File.ReadAllText(Path.Combine(TestData.Root, "src", "Sextant", "Models", "README.md"));
        string expected = $"<!-- families -->\n{ModelCatalog.Table()}<!-- /families -->";
        Assert.True(readme.Contains(expected, StringComparison.Ordinal), $"README.md needs:\n{expected}");
    }

    [Fact]
    public void EveryFamilyHasAFixture()
    {
        string[] tested = [.. GoldenTests.Families.Select(ModelType), .. s_withoutFixture];
        Assert.All(ModelCatalog.Families, family => Assert.Contains(family.ModelType, tested));
    }

    [Fact]
    public void ModelTypesAreDistinct() =>
        Assert.Equal(ModelCatalog.Families.Count, ModelCatalog.Families.Select(f => f.ModelType).Distinct().Count());

    private static string ModelType(string fixture)
    {
        string file = Path.Combine(TestData.Model(fixture), "config.json");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(file));
        return config.RootElement.GetProperty("model_type").GetString()!;
    }
}
