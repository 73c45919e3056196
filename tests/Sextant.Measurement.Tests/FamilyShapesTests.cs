using Sextant.Measurement.Models;
using Sextant.Models;
using Sextant.Weights;

namespace Sextant.Measurement.Tests;

/// <summary>A shape for each family that is data, with a config that the family reads.</summary>
public class FamilyShapesTests
{
    [Fact]
    public void EveryFamilyHasAShape()
    {
        string file = Path.GetTempFileName();
        try
        {
            var types = new HashSet<string>();
            foreach (FamilyShape shape in FamilyShapes.All)
            {
                File.WriteAllText(file, shape.Config);
                var config = ConfigFile.Read(file);
                Family family = ModelCatalog.Families.Single(f => f.ModelType == config.String("model_type"));
                BackbonePlan plan = family.Read!(config, null);
                Assert.Empty(config.UnreadKeys);
                Assert.True(FamilyShape.Flops(plan, 1, 128) > 1e8, shape.Name);
                types.Add(family.ModelType);
            }
            // CamemBERT is read and shaped as XLM-RoBERTa is, mT5 as T5, "gte" as "new".
            Assert.All(
                ModelCatalog.Families.Where(f => f.Read is not null && f.ModelType is not ("camembert" or "mt5" or "gte")),
                family => Assert.Contains(family.ModelType, types));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void ProductsOfAnEncoderAreCounted()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, FamilyShapes.All[0].Config);
        BackbonePlan plan = Bert.Read(ConfigFile.Read(file), null);
        File.Delete(file);
        double matrices = 2.0 * 128 * (4.0 * 384 * 384 + 2.0 * 384 * 1536);
        Assert.Equal(6 * (matrices + 4.0 * 128 * 128 * 384), FamilyShape.Flops(plan, 1, 128));
    }
}
