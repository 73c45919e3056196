using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// A sentence for every row that stays far below its roofline: what bounds it that the roofline leaves out.
/// </summary>
internal static class LowShares
{
    /// <summary>Shares below this one are explained.</summary>
    public const double Limit = 0.3;

    // The roofline knows the operations of kernels/NUMERICS.md and the compulsory bytes, and nothing else.
    private static readonly Dictionary<string, string> s_causes = new()
    {
        ["gemm"] = "with few rows each output is one chain of dependent fused multiply-adds, and their latency is not "
            + "hidden by other rows",
        ["gemm-int8"] = "with few rows the bytes of the weights are read for one use each, and outputs are scaled to "
            + "f32",
        ["gemm-bf16"] = "with few rows each output is one chain of dependent products, whose latency is not hidden",
        ["quantize"] = "a row's smallest and largest value are found before its first byte is written, so that it is "
            + "read twice",
        ["attention"] = "a score needs the maximum of its row before its exponential, and short sequences leave few "
            + "independent chains",
        ["attention-bf16"] = "the softmax between the products is f32, and takes as long as they do",
        ["layernorm"] = "a row is read twice, and the 32 partial sums of each pass are folded in a fixed order, whose "
            + "latency a short row does not hide",
        ["rmsnorm"] = "the 32 partial sums of a row are folded in a fixed order, whose latency a short row does not "
            + "hide",
        ["rope"] = "pairs of a head are half a head apart, so that each vector is shuffled or read twice",
        ["gather"] = "rows are read from scattered positions: the latency of the memory bounds it, not its bandwidth",
        ["pool"] = "each dimension is one chain of additions in the order of the tokens",
        ["activation"] = "the polynomials of exp and erf are chains of dependent operations",
        ["gate"] = "the polynomials of exp and erf are chains of dependent operations",
        ["normalize"] = "a vector is so short that folding its sum, one square root and one division are most of the "
            + "time",
        ["hamming"] = "counting bits takes several instructions a word, which are no floating-point operations",
        ["hamming-batch"] = "many queries read each code once and then count its bits for every query: the integer "
            + "instructions bound it, and this roofline counts bytes alone",
        ["weighted-hamming"] = "turning codes and looking up what their half bytes add are no floating-point operations, "
            + "and this roofline counts bytes alone",
        ["sign-dot"] = "each stored bit becomes a sign of a float first, by instructions that count as no operations",
        ["packed-dot"] = "unpacking codes into bytes is as many integer instructions as their products, and this "
            + "roofline counts products alone",
        ["dot"] = "vectors are short, and each sum is folded in a fixed order",
        ["similarity"] = "vectors are short, and each sum is folded in a fixed order",
    };

    /// <summary>A list of the rows and their causes; nothing where no share is that low.</summary>
    public static void Append(StringBuilder html, IEnumerable<BenchRow> rows)
    {
        BenchRow[] low = [.. rows.Where(row => row.Metric("roofline") < Limit)];
        if (low.Length == 0)
            return;
        html.Append("<p>Below ").Append(Units.Percent(Limit)).Append(" of the roofline:</p>\n<ul class=\"low\">\n");
        foreach (BenchRow row in low)
            html.Append("<li>").Append(HtmlReport.Text(Sentence(row))).Append("</li>\n");
        html.Append("</ul>\n");
    }

    /// <summary>What bounds a row.</summary>
    public static string Sentence(BenchRow row)
    {
        string share = Units.Percent(row.Metric("roofline") ?? double.NaN);
        if (row.Part == "model")
        {
            return $"{row.Label("shape")} {row.Label("batch")} × {row.Label("tokens")}, {share}: a short batch gives "
                + "each op little to share out between threads, and row ops between the products are bound by latency.";
        }
        string name = $"{row.Label("kernel")} {row.Label("variant")} {row.Label("shape")}, {share}: ";
        if (row.Label("device") is { Length: > 0 } and not "cpu")
            return name + "on a device the start of a kernel is part of the time; bench peak shows how long it takes.";
        return name + (s_causes.GetValueOrDefault(row.Label("op")) ?? "no cause is known; it is worth a look") + ".";
    }
}
