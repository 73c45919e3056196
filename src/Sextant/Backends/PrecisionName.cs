namespace Sextant.Backends;

/// <summary>Precisions as users write and read them.</summary>
internal static class PrecisionName
{
    /// <summary>exact, fast, int8 or bf16: what <c>--precision</c> takes.</summary>
    public static string Word(this Precision precision) =>
        precision == Precision.BFloat16 ? "bf16" : precision.ToString().ToLowerInvariant();
}
