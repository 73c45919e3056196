namespace Sextant.Gpu.Tests;

/// <summary>When copies into local memory arrive that are started and waited for.</summary>
internal enum FastEmulation
{
    /// <summary>As soon as they are started.</summary>
    EarlyCopies,

    /// <summary>When they are waited for, and not before.</summary>
    LateCopies,
}
