namespace Sextant.Models;

/// <summary>What a caller wants of a backbone. Null means: as the model's own files say.</summary>
/// <param name="Layers">Layers to load; null: all.</param>
/// <param name="Attention">What tokens see.</param>
/// <param name="MaxTokens">Maximum number of tokens of a text: tables over positions need not be longer.</param>
internal readonly record struct BackboneRequest(int? Layers, AttentionDirection? Attention, int? MaxTokens);
