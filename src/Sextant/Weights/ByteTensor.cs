namespace Sextant.Weights;

/// <summary>A tensor of signed bytes with what gives them their values.</summary>
/// <param name="Bytes">I8 [F,K].</param>
/// <param name="Scale">What a step of each row is worth: [F,1] or [F].</param>
/// <param name="Inverse">What inputs are multiplied by [K]; null for nothing.</param>
internal sealed record ByteTensor(TensorInfo Bytes, TensorInfo Scale, TensorInfo? Inverse);
