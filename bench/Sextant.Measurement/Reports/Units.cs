using System.Globalization;

namespace Sextant.Measurement.Reports;

/// <summary>Numbers as people read them: four digits that count, and a unit that fits.</summary>
internal static class Units
{
    /// <summary>A value of a row's unit.</summary>
    public static string Text(double value, string unit) => unit switch
    {
        "s" => Seconds(value),
        Cases.KernelRows.Values => $"{value.ToString("#,##0", CultureInfo.InvariantCulture)} {unit}",
        _ => $"{Number(value)} {unit}",
    };

    /// <summary>Two values of a row's unit, which is said once where both have it.</summary>
    public static string Range(double low, double high, string unit)
    {
        string left = Text(low, unit), right = Text(high, unit);
        int space = left.LastIndexOf(' ');
        return right.EndsWith(left[space..], StringComparison.Ordinal)
            ? $"{left[..space]} – {right}" : $"{left} – {right}";
    }

    /// <summary>Seconds in s, ms, µs or ns.</summary>
    public static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        >= 1 => $"{Number(seconds)} s",
        >= 1e-3 => $"{Number(seconds * 1e3)} ms",
        >= 1e-6 => $"{Number(seconds * 1e6)} µs",
        _ => $"{Number(seconds * 1e9)} ns",
    };

    /// <summary>Four digits that count, thousands apart.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            return "–";
        double size = Math.Abs(value);
        string format = size switch
        {
            0 => "0",
            >= 1000 => "#,##0",
            >= 100 => "0.0",
            >= 10 => "0.00",
            >= 1 => "0.000",
            >= 0.01 => "0.0000",
            _ => "0.00E0",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    public static string Percent(double share) =>
        double.IsFinite(share)
            ? (share * 100).ToString(share < 0.0995 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %"
            : "–";

    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => $"{Number(bytes / (1L << 30))} GiB",
        >= 1 << 20 => $"{Number(bytes / (1 << 20))} MiB",
        >= 1 << 10 => $"{Number(bytes / (1 << 10))} KiB",
        _ => $"{bytes.ToString("0", CultureInfo.InvariantCulture)} B",
    };
}
