namespace Sextant.Kernels;

/// <summary>An element-wise function applied where a matrix product ends. Formulas: kernels/NUMERICS.md.</summary>
public enum ActivationKind
{
    /// <summary>x.</summary>
    Identity,

    /// <summary>0.5·x·(1 + erf(x/√2)).</summary>
    Gelu,

    /// <summary>0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).</summary>
    GeluTanh,

    /// <summary>x &gt; 0 ? x : +0.</summary>
    Relu,

    /// <summary>x / (1 + exp(−x)).</summary>
    Silu,

    /// <summary>tanh(x).</summary>
    Tanh,

    /// <summary>1 / (1 + exp(−x)).</summary>
    Sigmoid,
}
