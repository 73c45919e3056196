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
    [InlineData("", "no whole bench record")]
    [InlineData("[]", "\"schema\" is not \"sextant-bench\"")]
    [InlineData("{\"schema\":\"other\"}", "\"schema\" is not \"sextant-bench\"")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":2}", "version 2; this program reads version 1")]
    [InlineData("{\"schema\":\"sextant-bench\",\"version\":1}", "no whole bench record")]
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
