using Sextant.Backends;

namespace Sextant.Measurement.Devices;

/// <summary>
/// Makes the cases of one op of a backend: a file for each op, a line in <see cref="BackendOpCatalog"/>.
/// </summary>
internal abstract class BackendOp
{
    /// <summary>As <c>sextant bench kernels --op</c> calls it.</summary>
    public abstract string Op { get; }

    /// <summary>The method of <see cref="Backend"/> that it is.</summary>
    public abstract string Method { get; }

    /// <summary>
    /// What the numbers of a shape are, such as T,F,K; the first ones are those that only make more rows.
    /// </summary>
    public abstract string ShapeForm { get; }

    /// <summary>What else tells cases apart; the first is the usual one.</summary>
    public virtual IReadOnlyList<string> Variants => ["f32"];

    /// <summary>The shapes that are measured unless others are asked for.</summary>
    public abstract IReadOnlyList<int[]> Shapes(bool quick);

    /// <summary>One case.</summary>
    public abstract BackendCase Create(int[] shape, string variant);
}

/// <summary>One op of a backend at one shape, on random data that is the same on every backend.</summary>
/// <remarks>
/// A case of the same op with a smaller first number has the first rows of this one's inputs, so that a slow reference
/// need not compute them all.
/// </remarks>
internal abstract class BackendCase
{
    /// <summary>Operations of the arithmetic as kernels/NUMERICS.md writes it, an fma counting two.</summary>
    public abstract double Flops { get; }

    /// <summary>Bytes that must be moved: every input read once, every output written once.</summary>
    public abstract double Bytes { get; }

    /// <summary>Whether fast mode computes it on tensor cores.</summary>
    public virtual bool IsOfTensorCores => false;

    /// <summary>
    /// The same bytes in fast mode: what tensor cores read has 16 bits, what is written has both forms.
    /// </summary>
    public virtual double NarrowBytes => Bytes;

    /// <summary>At least as many elements as the tensors of one placement have, without copies.</summary>
    public abstract long TensorElements { get; }

    /// <summary>Elements of the tensor that the op overwrites; 0 where it writes another one.</summary>
    public virtual long ElementsInPlace => 0;

    /// <summary>What the op's scratch must suffice for.</summary>
    public virtual ScratchNeeds Scratch => new(1, 1, 0, 1);

    /// <summary>Brings the inputs to a backend and returns the op on them.</summary>
    public abstract Action Place(Placement to);

    /// <summary>An output in double arithmetic.</summary>
    public abstract double Exact(int index);
}
