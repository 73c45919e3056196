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
        Assert.Equal(record.Build.Commit, read.Build.Commit);
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
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":2}", "version is 2; this program reads version 1")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":1}",
        "missing required properties including: 'engine', 'command', 'date', 'build'")]
    [InlineData("{\"schema\":\"sextant-bench\"}", "version is not known; this program reads version 1")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":\"1\"}", "version is \"1\"; this program reads version 1")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":1,\"build\":[]}",
        "'build' The JSON value could not be converted")]
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
    public void ARecordWithoutRowsIsRefused()
    {
        var problem = Assert.Throws<InvalidRecordException>(
            () => Read(Write(SomeRecord.Make() with { Rows = [] })));
        Assert.Contains("'rows' is empty", problem.Message, StringComparison.Ordinal);
    }

    /// <summary>Every record of bench/results is read, and nothing of it is lost when it is written again.</summary>
    [Fact]
    public void EveryRecordThatIsKeptIsReadWhole()
    {
        string[] paths = Directory.GetFiles(
            Path.Combine(Checkout.Root, "bench", "results"), "*.json", SearchOption.AllDirectories);
        Assert.NotEmpty(paths);
        Assert.All(paths, path =>
        {
            using JsonDocument kept = JsonDocument.Parse(File.ReadAllText(path));
            using JsonDocument written = JsonDocument.Parse(Write(Read(File.ReadAllText(path))));
            AssertHolds(written.RootElement, kept.RootElement, "");
        });
    }

    // An older record lacks keys; quantiles are made of the samples again, which have six digits in a file.
    private static void AssertHolds(JsonElement written, JsonElement kept, string position)
    {
        Assert.Equal(kept.ValueKind, written.ValueKind);
        if (kept.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty one in kept.EnumerateObject().Where(
                one => one.Name is not ("median" or "p10" or "p90")))
            {
                AssertHolds(written.GetProperty(one.Name), one.Value, $"{position}.{one.Name}");
            }
        }
        else if (kept.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(kept.GetArrayLength(), written.GetArrayLength());
            foreach ((int i, JsonElement one) in kept.EnumerateArray().Index())
                AssertHolds(written[i], one, $"{position}[{i}]");
        }
        else
        {
            Assert.True(JsonElement.DeepEquals(kept, written), $"{position} was {kept} and is {written}");
        }
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
    [InlineData("\"unit\": \"s\"", "\"unit\": 5", "'rows[0].unit' is 5; a text is needed")]
    [InlineData("\"date\": \"2026", "\"date\": \"the 2026", "'date' is \"the 2026")]
    [InlineData("\"gflops\": 100", "\"gflops\": \"100\"",
        "'rows[0].metrics' has a 'gflops' that is \"100\"; a number or null")]
    [InlineData("\"throttled\": -1", "\"throttled\": 0.5", "'noise.throttled' is 0.5; a whole number is needed")]
    [InlineData("\"processors\": 2", "\"processors\": 99999999999", "'machine.processors' is 99999999999; a whole")]
    [InlineData("\"processor\": 1", "\"processor\": -1", "'noise.processor' is -1; a whole number from 0 on is needed")]
    [InlineData("\"running_share\": [", "\"running_share\": [0,",
        "the share of time with a processor, 'noise' has a value that is not")]
    [InlineData("\"unit\": \"s\"", "\"unit\": \"s\", \"first_round\": 900", "'first_round' is 900, but")]
    [InlineData("\"unit\": \"s\"", "\"unit\": \"s\", \"colour\": 3",
        "'rows[0].colour' The JSON property 'colour' could not be mapped")]
    [InlineData("\"unit\": \"s\"", "\"unit\": \"s\", \"unit\": \"s\"", "'rows[0].unit' Duplicate property 'unit'")]
    [InlineData("\"op\": \"gemm\"", "\"op\": \"gemm\", \"op\": \"gemm\"", "'rows[0].labels' has two of 'op'")]
    [InlineData("\"op\": \"gemm\"", "\"op\": null", "'rows[0].labels' has a 'op' that is null; a text is needed")]
    [InlineData("\"unit\": \"s\",", "", "missing required properties including: 'unit'")]
    [InlineData("\"pinned\": true", "\"pinned\": 1", "'noise.pinned' is 1; true, false or null is needed")]
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
        Assert.Equal(record.Build.Settings, Read(Write(record)).Build.Settings);
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
