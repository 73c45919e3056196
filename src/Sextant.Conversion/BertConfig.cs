namespace Sextant.Conversion;

/// <summary>The numbers of a BERT encoder's config.json, as read out of its tensors and its graph.</summary>
internal sealed record BertConfig(
    int Words, int Hidden, int Layers, int Heads, int Intermediate, int Positions, int Types, double Epsilon);
