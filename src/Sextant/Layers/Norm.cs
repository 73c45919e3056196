using Sextant.Backends;
using Sextant.Tensors;

namespace Sextant.Layers;

/// <summary>LayerNorm with its weights γ [H], β [H].</summary>
internal sealed class Norm(Table gamma, Table beta, float epsilon)
{
    /// <summary>x [T,H] → y [T,H]; y may be x.</summary>
    public void Run(Backend backend, Tensor x, Tensor y) => backend.LayerNorm(x, gamma, beta, epsilon, y);
}
