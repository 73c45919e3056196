using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// The documents' figures of errors, recall and the index on disk, from committed outputs of the commands that their
/// first lines name, and from records of bits: a test holds the documents against them.
/// </summary>
internal static partial class ReadmeFigures
{
    /// <summary>The text between the document's markers.</summary>
    /// <param name="bits">Records of <c>sextant bench kernels --mode bitwise</c>.</param>
    /// <param name="outputs">Path and text of what other commands printed.</param>
    /// <param name="folder">Where the document is that links to them.</param>
    /// <exception cref="InvalidRecordException">
    /// A text is of no command that is known here, or lacks a line.
    /// </exception>
    public static string Of(IReadOnlyList<BenchRecord> bits, IReadOnlyList<(string Path, string Text)> outputs,
        string folder)
    {
        var text = new StringBuilder("| error | |\n|---|---|\n");
        foreach (BenchRecord record in bits.OrderBy(record => IsCpu(record) ? 0 : 1))
            text.Append(CultureInfo.InvariantCulture, $"| {Bits(record)} |\n");
        foreach ((string path, string output) in outputs.Where(one => First(one.Text) == "Sextant.Bench errors"))
            Errors(text, path, output);
        text.Append('\n');
        foreach ((string path, string output) in outputs.Where(one => First(one.Text) != "Sextant.Bench errors"))
        {
            text.Append(First(output) switch
            {
                "Sextant.Bench index" => Index(path, Link(path, folder), output),
                { } line when line.StartsWith("sextant eval --recall", StringComparison.Ordinal) =>
                    Recall(path, Link(path, folder), output),
                { } line => throw new InvalidRecordException(
                    $"{path}: begins with '{line}', which is no command with figures."),
            }).Append('\n');
        }
        return text.ToString();
    }

    private static string Bits(BenchRecord record)
    {
        // The reference against itself says nothing.
        BenchRow[] rows = [.. record.Rows.Where(row => row.Label("isa") != "reference")];
        double compared = rows.Sum(row => row.Median);
        int different = rows.Count(row => row.BitEqual == false);
        if (rows.Length == 0 || rows.Any(row => row.Unit != KernelRows.Values))
        {
            throw new InvalidRecordException(
                $"'{record.Command}' is no record of bits: 'sextant bench kernels --mode bitwise' makes one.");
        }
        string what = IsCpu(record)
            ? $"kernels of {string.Join(", ", rows.Select(row => row.Label("isa")).Distinct())}"
            : $"ops on {record.Device}";
        string bits = different == 0 ? "0 bits" : $"{different} cases differ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, against the scalar reference | {bits}, {compared:N0} values in {rows.Length} cases");
    }

    private static bool IsCpu(BenchRecord record) => record.Device.StartsWith("cpu", StringComparison.Ordinal);

    private static void Errors(StringBuilder text, string path, string output)
    {
        text.Append(CultureInfo.InvariantCulture,
            $"| exp; erf; tanh (one float in 251) | {Number(path, output, "exp: (\\S+) ulp")}; ")
            .Append(CultureInfo.InvariantCulture,
                $"{Number(path, output, "erf: (\\S+) ulp")}; {Number(path, output, "tanh: (\\S+) ulp")} ulp |\n")
            .Append(CultureInfo.InvariantCulture,
                $"| model tiny, {Number(path, output, "of (\\d+) unit vectors")} texts, "
                + $"against PyTorch in float64 | ")
            .Append(CultureInfo.InvariantCulture,
                $"{Power(Number(path, output, "default model: (\\S+) at most"))} on unit vectors |\n")
            .Append(CultureInfo.InvariantCulture,
                $"| hidden states of {Number(path, output, "of (\\d+) fixtures")} fixtures of all families, "
                + $"against upstream's code in float64 | ")
            .Append(CultureInfo.InvariantCulture,
                $"{Power(Number(path, output, "families: (\\S+) of the largest"))} of the largest value |\n");
    }

    private static string Link(string path, string folder) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private static string Index(string path, string link, string output) => string.Create(CultureInfo.InvariantCulture,
        $"An index of a million 1024-bit codes opens in {Number(path, output, "opening +median (\\S+) ms")} ms and "
        + $"takes {Number(path, output, "resident after opening +(\\S+) MB")} MB until it is searched "
        + $"([record]({link})).");

    private static string Recall(string path, string link, string output)
    {
        string[] sets = [.. Sets().Matches(output).Select(match => match.Groups[1].Value).Distinct()];
        return $"Of the ten nearest by float32, bits find {Share("binary")} %, rescored four times over "
            + $"{Share("binary\\+4x")} %, with the query in 4 bits\n"
            + $"{Share("binary-q4")} and {Share("binary-q4\\+4x")} %; 2, 3 and 4 bits "
            + $"a dimension {Share("bebr-2")}, {Share("bebr-3")} and {Share("bebr-4")} %, "
            + $"rescored {Share("bebr-2\\+4x")}, {Share("bebr-3\\+4x")} and {Share("bebr-4\\+4x")} %; "
            + "a product code's byte for four dimensions\n"
            + $"{Share("pq-64")} %, rescored {Share("pq-64\\+4x")} %; int8 {Share("int8")} %;\n"
            + $"RaBitQ's 1 to 4 bits {Share("rabitq-1")}, {Share("rabitq-2")}, {Share("rabitq-3")} and "
            + $"{Share("rabitq-4")} %\n"
            + $"([model tiny, {sets.Length} sets]({link})).";

        string Share(string code)
        {
            double share = double.Parse(
                Number(path, output, $"mean recall@10:{code}:\\S+ (\\S+)"), CultureInfo.InvariantCulture);
            // Just below everything is not everything.
            return (100 * share).ToString(share is >= 0.995 and < 1 ? "F1" : "F0", CultureInfo.InvariantCulture);
        }
    }

    private static string First(string text) => text[..text.AsSpan().IndexOfAny('\r', '\n')];

    private static string Number(string path, string text, string pattern) =>
        Regex.Match(text, pattern) is { Success: true } match
        ? match.Groups[1].Value
        : throw new InvalidRecordException($"{path}: has no line like '{pattern}'.");

    // 4.0E-007 as 4.0·10⁻⁷.
    private static string Power(string number)
    {
        int e = number.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string digits = Math.Abs(exponent).ToString(CultureInfo.InvariantCulture);
        string raised = string.Concat(digits.Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));
        return $"{number[..e]}·10{(exponent < 0 ? "⁻" : "")}{raised}";
    }

    [GeneratedRegex("^(?!mean)(\\w+) recall@10:", RegexOptions.Multiline)]
    private static partial Regex Sets();
}
