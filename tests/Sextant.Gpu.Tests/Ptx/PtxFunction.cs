namespace Sextant.Gpu.Tests.Ptx;

/// <summary>A kernel, decoded.</summary>
internal sealed class PtxFunction
{
    /// <summary>The registers that a thread finds filled.</summary>
    public const int ThreadId = 0, BlockId = 1, ThreadCount = 2, BlockCount = 3, Specials = 4;

    public required string Name { get; init; }

    /// <summary>Bytes of each parameter.</summary>
    public required int[] Parameters { get; init; }

    /// <summary>Most threads of a block; 0: not said.</summary>
    public required int MaxThreads { get; init; }

    public required int SharedBytes { get; init; }

    /// <summary>Whether a launch may ask for more after them.</summary>
    public required bool TakesMoreShared { get; init; }

    /// <summary>The shared memory's accesses are all of a multiple of so many bytes: 2 or 4.</summary>
    public int SharedGranule => Array.Exists(
        Code, one => one is { Space: PtxSpace.Shared, Bytes: 2, Kind: PtxKind.Load or PtxKind.Store }) ? 2 : 4;

    /// <summary>Registers of a thread, specials and constants included.</summary>
    public required int Registers { get; init; }

    /// <summary>What lies after the special registers and is never written.</summary>
    public required ulong[] Constants { get; init; }

    public required PtxInstruction[] Code { get; init; }
}
