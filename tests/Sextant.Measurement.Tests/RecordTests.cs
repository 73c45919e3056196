using System.Text;
using System.Text.Json;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Tests;

public class RecordTests
{
    [Fact]
    public void WhatIsWrittenIsRead()
    {
        BenchRecord record = SomeRecord.Make();
        BenchRecord read = Read(Write(record));
        Assert.Equal(record.Command, read.Command);
        Assert.Equal(record.Date, read.Date);
        Assert.Equal(record.Machine.Caches, read.Machine.Caches);
        Assert.Equal(record.Machine.Commit, read.Machine.Commit);
        Assert.Equal(record.Noise.Notes, read.Noise.Notes);
        Assert.True(double.IsNaN(read.Noise.Stolen));
        Assert.Equal(record.Noise.Chosen, read.Noise.Chosen);
        Assert.Equal(record.Rows.Count, read.Rows.Count);
        foreach ((BenchRow before, BenchRow after) in record.Rows.Zip(read.Rows))
        {
            Assert.Equal(before.Id, after.Id);
            Assert.Equal(before.Labels, after.Labels);
            Assert.Equal(before.Metrics, after.Metrics);
            Assert.Equal(before.BitEqual, after.BitEqual);
            Assert.Equal(before.Notes, after.Notes);
            foreach ((double left, double right) in before.Samples.Zip(after.Samples))
                Assert.Equal(left, right, left * 1e-5); // six digits are kept
        }
        // Six digits are read as they were written: a second turn changes nothing.
        Assert.Equal(Write(read), Write(Read(Write(read))));
    }

    [Theory]
    [InlineData("", "no JSON from line 1 on, or not all of it")]
    [InlineData("[]", "\"schema\" is not \"sextant-bench\"")]
    [InlineData("{\"schema\":\"other\"}", "\"schema\" is not \"sextant-bench\"")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":2}", "version 2; this program reads version 1")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":1}", "no whole bench record: 'build' is missing")]
    [InlineData("{\"schema\":\"sextant-bench\"}", "'version' is missing")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":\"1\"}", "'version' is \"1\"; a whole number is needed")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":1,\"build\":[]}", "'build' is a group; an object is needed")]
    public void WhatIsNoRecordIsRefusedByItsFault(string text, string fault)
    {
        var problem = Assert.Throws<InvalidRecordException>(() => Read(text));
        Assert.StartsWith("some.json: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(fault, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCutOfARecordIsRefused()
    {
        string whole = Write(SomeRecord.Make());
        for (int length = 0; length < whole.Length - 2; length += 37)
            Assert.Throws<InvalidRecordException>(() => Read(whole[..length]));
    }

    [Fact]
    public void ASampleThatIsNoTimeIsRefused()
    {
        BenchRecord record = SomeRecord.Make();
        BenchRow row = record.Rows[0] with { Samples = [1, 2, double.NaN] };
        Assert.Throws<InvalidRecordException>(() => Read(Write(record with { Rows = [row] })));
    }

    [Fact]
    public void TwoRowsOfOneIdAreRefused()
    {
        BenchRecord record = SomeRecord.Make();
        var problem = Assert.Throws<InvalidRecordException>(
            () => Read(Write(record with { Rows = [record.Rows[0], record.Rows[1], record.Rows[0]] })));
        Assert.Contains($"row '{record.Rows[0].Id}': an earlier row has the same 'id'", problem.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"unit\": \"s\"", "\"unit\": 5", "row 1: 'unit' is 5; a text is needed")]
    [InlineData("\"date\": \"2026", "\"date\": \"the 2026", "'date' is 'the 2026")]
    [InlineData("\"gflops\": 100", "\"gflops\": \"100\"", "row 1: 'metrics.gflops' is \"100\"; a number or null")]
    [InlineData("\"throttled\": -1", "\"throttled\": 0.5", "'throttled' is 0.5; a whole number is needed")]
    [InlineData("\"processors\": 2", "\"processors\": 99999999999", "'processors' is 99999999999; a whole")]
    [InlineData("\"processor\": 1", "\"processor\": -1", "'processor' is -1; a whole number from 0 on is needed")]
    [InlineData("\"running_share\": [", "\"running_share\": [0,", "'running_share' has a value that is not")]
    [InlineData("\"unit\": \"s\"", "\"unit\": \"s\", \"first_round\": 900", "'first_round' is 900, but")]
    [InlineData("\"rows\": [", "\"rows\": [], \"other\": [", "'rows' is empty")]
    [InlineData("\"pinned\": true", "\"pinned\": 1", "'pinned' is 1; true, false or null is needed")]
    public void AWrongValueIsRefusedByItsNameAndRow(string right, string wrong, string fault)
    {
        string whole = Write(SomeRecord.Make());
        Assert.Contains(right, whole, StringComparison.Ordinal);
        var problem = Assert.Throws<InvalidRecordException>(
            () => Read(whole.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Contains(fault, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARecordWithoutTheNewerKeysIsRead()
    {
        BenchRecord record = SomeRecord.Make();
        string older = string.Join('\n', Write(record).Split('\n').Where(
            line => !line.Contains("\"pinned\"", StringComparison.Ordinal)));
        BenchRecord read = Read(older);
        Assert.Null(read.Noise.Pinned);
        Assert.True(Read(Write(record)).Noise.Pinned);
        Assert.Equal(record.Machine.Settings, Read(Write(record)).Machine.Settings);
    }

    [Fact]
    public void TheSchemaIsDescribedWordForWord()
    {
        string described = File.ReadAllText(Path.Combine(Checkout.Root, "bench", "RECORD.md"));
        using JsonDocument document = JsonDocument.Parse(Write(SomeRecord.Make()));
        foreach (string name in Names(document.RootElement).Distinct())
            Assert.Contains($"`{name}`", described, StringComparison.Ordinal);
        Assert.Contains($"version {BenchRecord.SchemaVersion}", described, StringComparison.Ordinal);
    }

    internal static string Write(BenchRecord record)
    {
        using var stream = new MemoryStream();
        RecordJson.Write(stream, record);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    internal static BenchRecord Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return RecordJson.Read("some.json", stream);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        // Labels differ from part to part; metrics are named in the description one by one.
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.Name == "labels" ? ["labels"] : Names(property.Value).Prepend(property.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}
