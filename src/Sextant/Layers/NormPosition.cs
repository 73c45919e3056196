namespace Sextant.Layers;

/// <summary>Where the norms of a layer stand.</summary>
internal enum NormPosition
{
    /// <summary>After the sums: x = Norm(x + f(x)).</summary>
    Post,

    /// <summary>Before each part: x = x + f(Norm(x)).</summary>
    Pre,

    /// <summary>Around each part: x = x + Norm(f(Norm(x))).</summary>
    Around,
}
