namespace Sextant.Kernels.Vectors;

/// <summary>
/// The operations a kernel may use, over one vector type. Each is one correctly rounded operation per element
/// (kernels/NUMERICS.md), so a kernel written once over this interface gives the same bits at every width.
/// </summary>
internal unsafe interface IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>Elements in a vector; divides 16.</summary>
    static abstract int Count { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    /// <summary>Widens <see cref="Count"/> finite binary16 values, exactly, denormals included.</summary>
    static abstract TVector LoadF16(ushort* source);

    /// <summary>Widens <see cref="Count"/> bfloat16 values, exactly.</summary>
    static abstract TVector LoadBF16(ushort* source);

    /// <summary>Widens <see cref="Count"/> signed bytes, exactly.</summary>
    static abstract TVector LoadI8(sbyte* source);

    /// <summary>Changes the sign of element i where bit i is clear; higher bits do not count.</summary>
    static abstract TVector NegateWhereClear(TVector a, uint bits);

    /// <summary>Asks for memory that will soon be read, where the processor lets itself be asked.</summary>
    static abstract void Prefetch(void* address);

    static abstract void Store(float* destination, TVector value);

    /// <summary>
    /// Stores twice <see cref="Count"/> bytes: the integers that were rounded by adding 1.5·2²³ to them, limited to
    /// 0 … 255, those of <paramref name="first"/> before those of <paramref name="second"/>.
    /// </summary>
    static abstract void StoreSteps(byte* destination, TVector first, TVector second);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    /// <summary>a &gt; b ? x : y, element by element; false where either is NaN.</summary>
    static abstract TVector SelectGreater(TVector a, TVector b, TVector x, TVector y);

    /// <summary>a &gt; b ? a : b, element by element; b where either is NaN or both are zeros.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>b &gt; a ? a : b, element by element; b where either is NaN or both are zeros.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>
    /// a · 2ⁿ for whole numbers n from −126 to 128, where the product is a normal number: exact. Other n give some
    /// number.
    /// </summary>
    static abstract TVector ScaleByPowerOf2(TVector a, TVector n);

    /// <summary>Folds the elements by addition with strides Count/2 … 1: element i takes element i + stride.</summary>
    static abstract float FoldAdd(TVector a);

    /// <summary>Folds the elements by <see cref="Max"/> with strides Count/2 … 1, element i being a.</summary>
    static abstract float FoldMax(TVector a);
}
