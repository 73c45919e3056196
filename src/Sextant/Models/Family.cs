using Sextant.Backends;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Loads the backbone of one family.</summary>
/// <param name="config">config.json.</param>
/// <param name="checkpoint">The weights.</param>
/// <param name="backend">Where they go.</param>
/// <param name="request">What the caller wants of it.</param>
internal delegate Backbone LoadBackbone(ConfigFile config, Checkpoint checkpoint, Backend backend, BackboneRequest request);

/// <summary>
/// Reads a config.json into a family's backbone as data; the caller may want tokens to see other tokens.
/// </summary>
internal delegate BackbonePlan ReadPlan(ConfigFile config, AttentionDirection? attention);

/// <summary>A line of the catalog.</summary>
/// <param name="ModelType">model_type of config.json.</param>
/// <param name="Traits">What sets it apart, for people.</param>
/// <param name="Examples">Published checkpoints of the kind.</param>
/// <param name="Load">What loads it.</param>
/// <param name="Read">What reads its config, for a family that is data.</param>
internal sealed record Family(string ModelType, string Traits, string Examples, LoadBackbone Load, ReadPlan? Read)
{
    /// <summary>A family that is data: its config read into a plan, the plan loaded.</summary>
    public Family(string modelType, ReadPlan read, string traits, string examples)
        : this(modelType, traits, examples, (config, checkpoint, backend, request) =>
            BackboneLoader.Load(read(config, request.Attention), checkpoint, backend, request), read)
    {
    }
}
