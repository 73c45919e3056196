using System.Globalization;
using System.Text;
using Sextant.Measurement.Comparisons;
using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;
using Sextant.Tests.Weights;

namespace Sextant.Measurement.Tests;

/// <summary>
/// A record, damaged thousands of times: it is read and can be reported and compared, or the typed error comes out.
/// SEXTANT_MUTATIONS sets the number.
/// </summary>
public class MutatedRecordTests
{
    private const int Seed = 20261130;

    [Fact]
    public void AMutatedRecordIsReadOrRefused()
    {
        int mutations = int.Parse(
            Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS") ?? "600", CultureInfo.InvariantCulture);
        BenchRecord sound = SomeRecord.Make();
        byte[] valid = Encoding.UTF8.GetBytes(RecordTests.Write(sound));
        var mutator = new JsonMutator(new Random(Seed));
        (int accepted, int refused) = (0, 0);
        for (int i = 0; i < mutations; i++)
        {
            byte[] mutant = mutator.Mutate(valid);
            try
            {
                BenchRecord record = RecordJson.Read("mutant.json", new MemoryStream(mutant));
                _ = MarkdownReport.Of(record) + CsvReport.Of(record) + HtmlReport.Of(record);
                _ = ComparisonReport.Html(Comparison.Of([("sound", sound), ("mutant", record)]), ["sound", "mutant"]);
                accepted++;
            }
            catch (InvalidRecordException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, mutation {i} gave {error}\n{Encoding.Latin1.GetString(mutant)}");
            }
        }
        Assert.True(accepted > mutations / 20 && refused > mutations / 20, $"{accepted} accepted, {refused} refused");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}: {accepted} accepted, {refused} refused");
    }

    [Theory]
    [InlineData("\"engine\":", "\"\\ud800 a long name\": 1, \"engine\":")]
    [InlineData("\"unit\": \"s\"", "\"unit\": \"\\udc00\"")]
    public void HalfASurrogatePairIsRefused(string right, string wrong)
    {
        string whole = RecordTests.Write(SomeRecord.Make());
        Assert.Contains(right, whole, StringComparison.Ordinal);
        var problem = Assert.Throws<InvalidRecordException>(() => RecordJson.Read("some.json", new MemoryStream(
            Encoding.UTF8.GetBytes(whole.Replace(right, wrong, StringComparison.Ordinal)))));
        Assert.Contains("half of a surrogate pair", problem.Message, StringComparison.Ordinal);
    }
}
