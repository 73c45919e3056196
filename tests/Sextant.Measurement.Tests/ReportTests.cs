using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Comparisons;
using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;

namespace Sextant.Measurement.Tests;

public class ReportTests
{
    [Fact]
    public void ThePageIsWellFormedAndNeedsNothingElse()
    {
        XDocument page = Parse(HtmlReport.Of(SomeRecord.Make()));
        // A roofline and a curve of model and search, each for wide and for narrow windows; bars are text and boxes.
        Assert.Equal(6, page.Descendants().Count(element => element.Name.LocalName == "svg"));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img");
        Assert.DoesNotContain(
            page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "href");
        Assert.Contains("<all & \"more\">", page.Descendants().First(element => element.Name.LocalName == "h1").Value,
            StringComparison.Ordinal);
        foreach (XAttribute position in page.Descendants().Attributes()
            .Where(attribute => attribute.Name.LocalName is "x" or "y" or "cx" or "cy" or "x1" or "y2" or "width"))
        {
            if (!position.Value.StartsWith("device", StringComparison.Ordinal))
                Assert.True(double.IsFinite(
                    double.Parse(position.Value, System.Globalization.CultureInfo.InvariantCulture)), position.ToString());
        }
    }

    [Fact]
    public void EachRowIsInEachReport()
    {
        BenchRecord record = SomeRecord.Make();
        string markdown = MarkdownReport.Of(record), csv = CsvReport.Of(record);
        foreach (string word in new[] { "10.00 µs", "110.0 GFLOP/s", "0.9700", "noisy: <&>" })
            Assert.Contains(word, markdown, StringComparison.Ordinal);
        Assert.Equal(1 + record.Rows.Count, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (BenchRow row in record.Rows)
        {
            // A comma needs quotes.
            Assert.Contains(row.Part == "kernels" ? $"\"{row.Id}\"" : row.Id, csv, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0.0123, "12.30 ms")]
    [InlineData(2.5e-6, "2.500 µs")]
    [InlineData(7.1e-8, "71.00 ns")]
    [InlineData(3.0, "3.000 s")]
    public void SecondsHaveAUnitThatFits(double seconds, string text) => Assert.Equal(text, Units.Seconds(seconds));

    [Fact]
    public void ComparedBitsAreCountedAndNotTimed()
    {
        string markdown = MarkdownReport.Of(Bits(132, 0)), wrong = MarkdownReport.Of(Bits(1320, 20));
        Assert.Contains("| 132 of 132 equal |", markdown, StringComparison.Ordinal);
        Assert.Contains("| NO: 1,300 of 1,320 equal |", wrong, StringComparison.Ordinal);
        foreach (string word in new[] { "132.0", "p10", "median" })
            Assert.DoesNotContain(word, markdown, StringComparison.Ordinal);
        Assert.Contains("class=\"no\"", HtmlReport.Of(Bits(1320, 20)), StringComparison.Ordinal);
        Assert.Contains(
            "has the reference's bits only in a.json",
            ComparisonReport.Markdown(
                Comparison.Of([("a.json", Bits(132, 0)), ("b.json", Bits(132, 1))]), ["a.json", "b.json"]),
            StringComparison.Ordinal);
    }

    private static BenchRecord Bits(int compared, int different)
    {
        BenchRecord record = SomeRecord.Make();
        return record with
        {
            Rows =
            [
                record.Rows[0] with
                {
                    Unit = "values", Samples = [compared], BitEqual = different == 0,
                    Metrics = [new("compared", compared), new("different", different)],
                },
            ],
        };
    }

    [Fact]
    public void AComparisonIsAPageToo()
    {
        Comparison comparison = Comparison.Of([("a.json", SomeRecord.Make()), ("b.json", SomeRecord.Make(1.2))]);
        XDocument page = Parse(ComparisonReport.Html(comparison, ["a.json", "b.json"]));
        Assert.Contains("4 slower", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ThePageSaysWhatAShareMeans()
    {
        BenchRecord record = SomeRecord.Make();
        string page = WebUtility.HtmlDecode(HtmlReport.Of(record with
        {
            Rows =
            [
                Kernel(record, "one", 1.04, "L2"), Kernel(record, "two", 0.12, "DRAM"), Kernel(record, "three", 0.5, ""),
            ],
        }));
        Assert.Contains("104 % · 10.00 µs · ceiling beaten", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "ceiling beaten"));
        Assert.Contains("<li>GemmF32Avx2 f32 one, L2: 100.0 GFLOP/s, 104 %</li>", page, StringComparison.Ordinal);
        Assert.Contains("<li>GemmF32Avx2 f32 two, DRAM: 100.0 GFLOP/s, 12 %</li>", page, StringComparison.Ordinal);
        Assert.Contains("<li>GemmF32Avx2 f32 two, 12 %: with few rows", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<ul class=\"low\">"));
        Assert.Contains("operations a byte (logarithmic)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryOpHasACauseForALowShare()
    {
        foreach (OpCases op in OpCatalog.Ops)
        {
            BenchRow row = SomeRecord.Make().Rows[0] with { Labels = [new("op", op.Op), new("device", "cpu")] };
            Assert.DoesNotContain("no cause is known", LowShares.Sentence(row), StringComparison.Ordinal);
        }
    }

    private static BenchRow Kernel(BenchRecord record, string shape, double share, string level) =>
        record.Rows[0] with
        {
            Id = shape,
            Labels =
            [
                .. record.Rows[0].Labels.Where(label => label.Key != "shape"), new("shape", shape),
                new("memory", level),
            ],
            Metrics =
            [
                .. record.Rows[0].Metrics.Where(metric => metric.Key != "roofline"), new("roofline", share),
            ],
        };

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(
            new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
