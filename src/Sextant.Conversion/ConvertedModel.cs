namespace Sextant.Conversion;

/// <summary>What a conversion wrote.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Bytes">Size of its model.safetensors.</param>
/// <param name="Sha256">SHA-256 of its model.safetensors, in lower-case hexadecimal digits.</param>
/// <param name="Tensors">How many tensors were converted.</param>
public sealed record ConvertedModel(
    string Path, long Bytes, string Sha256, int Tensors);
