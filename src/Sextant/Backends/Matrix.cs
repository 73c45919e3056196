using Sextant.Kernels;

namespace Sextant.Backends;

/// <summary>A weight matrix w [F,K] with its bias b [F], in a backend's own layout and memory.</summary>
internal abstract class Matrix(int outputs, int inputs, StoredType type)
{
    /// <summary>F.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>K.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>How the elements are stored.</summary>
    public StoredType Type { get; } = type;
}
