namespace Sextant.Gpu.Tests.Ptx;

/// <summary>What an instruction needs besides its operands' values.</summary>
internal enum PtxKind
{
    /// <summary>Nothing: a function of up to three values.</summary>
    Compute,
    Branch,
    Return,
    Parameter,
    Load,
    Store,
    AtomicAdd,
    Copy,
    CopyCommit,
    CopyWait,

    /// <summary>All threads of the block.</summary>
    Barrier,

    /// <summary>From here on all threads of the warp.</summary>
    WarpBarrier,
    Shuffle,
    LoadMatrix,
    MultiplyMatrix,

    /// <summary>What a thread wrote to shared memory is there for the products of warpgroups.</summary>
    FenceProxy,

    /// <summary>Orders registers, which here are always in order.</summary>
    FenceRegisters,

    /// <summary>From here on all threads of the warpgroup.</summary>
    MultiplyWide,
    WideCommit,
    WideWait,
}

/// <summary>What is computed so often that it is worth a loop of its own; see <see cref="PtxArithmetic"/>.</summary>
internal enum PtxFrequent
{
    None,
    MoveB32,
    AddS32,
    AddS64,
    ShlB64,
    SelectB32,
    AddF32,
    MulF32,
    FmaF32,
}

internal enum PtxSpace
{
    Global,
    Shared,
}

/// <summary>
/// One instruction. Operands are places in a thread's registers, where constants and special registers lie too.
/// </summary>
internal sealed class PtxInstruction
{
    public required PtxKind Kind { get; init; }

    /// <summary>As written, and where.</summary>
    public string Text { get; set; } = "";

    public int Line { get; set; }

    public Func<ulong, ulong, ulong, ulong>? Compute { get; init; }

    public PtxFrequent Frequent { get; init; }

    /// <summary>The predicate; negative: always.</summary>
    public int Guard { get; set; } = -1;

    public bool GuardIsNegated { get; set; }

    /// <summary>What is written, and read: vectors one after the other.</summary>
    public int[] To { get; init; } = [];

    public int[] From { get; init; } = [];

    public PtxSpace Space { get; init; }

    /// <summary>Added to an address.</summary>
    public long Offset { get; set; }

    /// <summary>Bytes of one value of a load or a store.</summary>
    public int Bytes { get; init; }

    /// <summary>Mnemonic's variant: of shuffles, and of matrices.</summary>
    public string Variant { get; set; } = "";

    /// <summary>The parameter's number.</summary>
    public int Parameter { get; init; }

    /// <summary>Where a branch leads.</summary>
    public int Target { get; set; } = -1;
}
