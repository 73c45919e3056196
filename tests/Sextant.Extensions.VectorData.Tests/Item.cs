using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>A record with a property of every kind.</summary>
public sealed class Item
{
    [VectorStoreKey]
    public string Key { get; set; } = "";

    [VectorStoreData(StorageName = "the text")]
    public string? Text { get; set; }

    [VectorStoreData]
    public bool Flag { get; set; }

    [VectorStoreData]
    public bool? MaybeFlag { get; set; }

    [VectorStoreData]
    public byte Byte { get; set; }

    [VectorStoreData]
    public short Short { get; set; }

    [VectorStoreData]
    public int Int { get; set; }

    [VectorStoreData]
    public int? MaybeInt { get; set; }

    [VectorStoreData]
    public long Long { get; set; }

    [VectorStoreData]
    public float Float { get; set; }

    [VectorStoreData]
    public double Double { get; set; }

    [VectorStoreData]
    public decimal? Price { get; set; }

    [VectorStoreData]
    public Guid Id { get; set; }

    [VectorStoreData]
    public DateTime Time { get; set; }

    [VectorStoreData]
    public DateTimeOffset? Moment { get; set; }

    [VectorStoreData]
    public DateOnly Day { get; set; }

    [VectorStoreData]
    public TimeOnly Hour { get; set; }

    [VectorStoreData]
    public string[]? Tags { get; set; }

    [VectorStoreData]
    public List<int>? Numbers { get; set; }

    [VectorStoreData]
    public long[]? Longs { get; set; }

    [VectorStoreData]
    public List<float>? Floats { get; set; }

    [VectorStoreData]
    public double[]? Doubles { get; set; }

    [VectorStoreVector(3)]
    public ReadOnlyMemory<float>? Vector { get; set; }

    /// <summary>Not kept.</summary>
    public string? Other { get; set; }

    public static Item Random(Random random, string key)
    {
        string[] words = ["", "alpha", "beta", "Γάμμα", "z😀", "alpha "];
        string Word() => words[random.Next(words.Length)];
        long Long() => random.Next(5) switch { 0 => long.MaxValue, 1 => long.MinValue + 1, _ => random.Next(-4, 5) };
        double Real() => random.Next(6) switch
        {
            0 => double.NaN,
            1 => double.NegativeInfinity,
            2 => 0.1,
            _ => random.Next(-4, 5) / 2.0,
        };
        bool Null() => random.Next(3) == 0;
        var day = new DateTime(2024, 1, 1 + random.Next(9), random.Next(3), 0, 0, (DateTimeKind)random.Next(3));
        int count = random.Next(4);
        IEnumerable<int> few = Enumerable.Range(0, count);
        return new Item
        {
            Key = key,
            Text = Null() ? null : Word(),
            Flag = random.Next(2) == 0,
            MaybeFlag = Null() ? null : random.Next(2) == 0,
            Byte = (byte)random.Next(256),
            Short = (short)random.Next(-4, 5),
            Int = random.Next(-4, 5),
            MaybeInt = Null() ? null : random.Next(-4, 5),
            Long = Long(),
            Float = random.Next(-4, 5) / 10f,
            Double = Real(),
            Price = Null() ? null : random.Next(5) switch
            {
                0 => decimal.MaxValue,
                1 => decimal.MinValue,
                2 => 0.0000000000000000000000000001m,
                _ => random.Next(-30, 31) / 10m,
            },
            Id = new Guid(random.Next(3), 0, 0, new byte[8]),
            Time = day,
            Moment = Null() ? null : new DateTimeOffset(
                DateTime.SpecifyKind(day, DateTimeKind.Unspecified), TimeSpan.FromMinutes(30 * random.Next(-4, 5))),
            Day = DateOnly.FromDateTime(day),
            Hour = TimeOnly.FromDateTime(day),
            Tags = Null() ? null : [.. few.Select(_ => Word())],
            Numbers = Null() ? null : [.. few.Select(_ => random.Next(-4, 5))],
            Longs = Null() ? null : [.. few.Select(_ => random.Next(4) == 0 ? long.MinValue : Long())],
            Floats = Null() ? null : [.. few.Select(_ => random.Next(-4, 5) / 10f)],
            Doubles = Null() ? null : [.. few.Select(_ => Real())],
            Vector = random.Next(8) == 0
                ? (ReadOnlyMemory<float>?)null
                : new[] { random.NextSingle() + 0.1f, random.NextSingle(), -random.NextSingle() },
        };
    }

    public static void AssertSame(Item expected, Item? actual, bool withVectors)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Key, actual.Key);
        Assert.Equal(
            (expected.Text, expected.Flag, expected.MaybeFlag, expected.Byte, expected.Short, expected.Int),
            (actual.Text, actual.Flag, actual.MaybeFlag, actual.Byte, actual.Short, actual.Int));
        Assert.Equal(
            (expected.MaybeInt, expected.Long, expected.Float, expected.Double, expected.Price, expected.Id),
            (actual.MaybeInt, actual.Long, actual.Float, actual.Double, actual.Price, actual.Id));
        Assert.Equal((expected.Time, expected.Moment, expected.Day, expected.Hour),
            (actual.Time, actual.Moment, actual.Day, actual.Hour));
        Assert.Equal((expected.Time.Kind, expected.Moment?.Offset), (actual.Time.Kind, actual.Moment?.Offset));
        Assert.Equal(expected.Tags, actual.Tags);
        Assert.Equal(expected.Numbers, actual.Numbers);
        Assert.Equal(expected.Longs, actual.Longs);
        Assert.Equal(expected.Floats, actual.Floats);
        Assert.Equal(expected.Doubles, actual.Doubles);
        Assert.Null(actual.Other);
        if (withVectors)
            Assert.Equal(expected.Vector?.ToArray(), actual.Vector?.ToArray());
        else
            Assert.Null(actual.Vector);
    }
}
