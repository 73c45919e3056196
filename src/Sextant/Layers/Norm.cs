using Sextant.Backends;
using Sextant.Tensors;

namespace Sextant.Layers;

/// <summary>How a family's norms are computed and stored.</summary>
internal enum NormKind
{
    /// <summary>LayerNorm with γ and β.</summary>
    Layer,

    /// <summary>LayerNorm with γ alone.</summary>
    LayerWithoutBias,

    /// <summary>RMSNorm with γ.</summary>
    Rms,

    /// <summary>RMSNorm whose stored weight w counts from one: γ = 1 + w.</summary>
    RmsFromOne,
}

/// <summary>A norm with its weights: LayerNorm where there is a β, else RMSNorm.</summary>
internal sealed class Norm(Table gamma, Table? beta, float epsilon)
{
    /// <summary>x [T,C] → y [T,C]; y may be x. RMSNorm takes as many columns at a time as γ has.</summary>
    public void Run(Backend backend, Tensor x, Tensor y)
    {
        if (beta is null)
            backend.RmsNorm(x, gamma, epsilon, default, y);
        else
            backend.LayerNorm(x, gamma, beta, epsilon, y);
    }

    /// <summary>y [T,H] = y + norm(x [T,H]); RMSNorm only.</summary>
    public void Add(Backend backend, Tensor x, Tensor y) => backend.RmsNorm(x, gamma, epsilon, y, y);
}
