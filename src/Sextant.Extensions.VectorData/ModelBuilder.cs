using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData.ProviderServices;

#pragma warning disable MEVD9001 // experimental: what the abstractions offer to those who implement them

namespace Sextant.Extensions.VectorData;

/// <summary>Finds out what a record has, and refuses what a collection cannot keep.</summary>
internal sealed class ModelBuilder() : CollectionModelBuilder(new CollectionModelBuildingOptions
{
    SupportsMultipleVectors = false, // an index has vectors of one length and one metric
    RequiresAtLeastOneVector = false,
})
{
    private const string VectorTypes = "ReadOnlyMemory<float>, Embedding<float>, float[]";

    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (!RecordKey.IsSupported(keyProperty.Type))
        {
            throw new NotSupportedException(
                $"The key '{keyProperty.ModelName}' is {keyProperty.Type.Name}; string, int, long and Guid are "
                + "supported.");
        }
    }

    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = PropertyValue.SupportedTypes;
        return PropertyValue.Of(type) is not null;
    }

    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = VectorTypes;
        Type own = Nullable.GetUnderlyingType(type) ?? type;
        return own == typeof(ReadOnlyMemory<float>) || own == typeof(float[]) || own == typeof(Embedding<float>);
    }
}
