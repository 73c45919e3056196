using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices.Ops;

namespace Sextant.Measurement.Devices;

/// <summary>
/// The ops of a backend that are measured: one line each. A test compares it with the backend's methods.
/// </summary>
internal static class BackendOpCatalog
{
    public static readonly IReadOnlyList<BackendOp> Ops =
    [
        new LinearOp(),
        new AttentionOp(),
        new LayerNormOp(),
        new RmsNormOp(),
        new RopeOp(),
        new GatherOp(),
        new PoolOp(),
        new GateOp(),
        new NormalizeOp(),
        new AccumulateOp(),
        new CopyOp(),
    ];

    /// <summary>The same for a command line.</summary>
    public static IReadOnlyList<NamedOp> Named { get; } =
        [.. Ops.Select(op => new NamedOp(op.Op, op.ShapeForm, op.Variants, op.Shapes))];
}
