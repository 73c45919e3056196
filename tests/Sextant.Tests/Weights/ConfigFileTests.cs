using Sextant.Weights;

namespace Sextant.Tests.Weights;

public sealed class ConfigFileTests : IDisposable
{
    private static readonly string s_invalid = Path.Combine(TestData.Fixtures, "invalid", "config");
    private readonly ScratchFolder _scratch = new();

    public static TheoryData<string, string> Invalid => new()
    {
        { "empty", "not the JSON that is accepted" },
        { "list", "holds an array; a JSON object is accepted" },
        { "key-twice", "not the JSON that is accepted" },
        { "not-utf8", "not valid UTF-8" },
        { "half-surrogate", "half of a surrogate pair" },
        { "half-surrogate-key", "half of a surrogate pair" },
        { "deep", "not the JSON that is accepted" },
        { "comment", "not the JSON that is accepted" },
        { "trailing-comma", "not the JSON that is accepted" },
        { "nan", "not the JSON that is accepted" },
        { "cut", "not the JSON that is accepted" },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Invalid))]
    public void AnInvalidFileIsRefused(string name, string said)
    {
        string path = Path.Combine(s_invalid, name + ".json");
        var error = Assert.Throws<InvalidModelException>(() => ConfigFile.Read(path));
        Assert.Equal(path, error.File);
        Assert.Contains(said, error.Problem);
    }

    [Fact]
    public void EveryFixtureIsInTheTable() =>
        Assert.Equal(Directory.GetFiles(s_invalid).Select(Path.GetFileNameWithoutExtension).Order(),
            Invalid.Select(row => row.Data.Item1).Order());

    [Fact]
    public void ValuesComeOutByTheirType()
    {
        ConfigFile config = Read("""
            {"size": 384, "eps": 1e-12, "act": "gelu", "flag": true, "off": false, "none": null,
             "ints": [1, 2], "names": ["a", "b"], "inner": {"factor": 2.5, "kind": "x"}}
            """);
        Assert.Equal(384, config.Int("size", 1, 1000));
        Assert.Equal(1e-12, config.Double("eps", 0, 1));
        Assert.Equal(1e-12f, config.Float("eps", 0, 1));
        Assert.Equal("gelu", config.OneOf("act", "relu", "gelu"));
        Assert.Equal("gelu", config.String("act"));
        Assert.True(config.Bool("flag"));
        Assert.False(config.OptionalBool("off"));
        Assert.Equal([1, 2], config.OptionalInts("ints", 0, 2)!);
        Assert.Equal(["a", "b"], config.OptionalStrings("names")!);
        Assert.Equal(2.5, config.OptionalObject("inner")!.Double("factor", 0, 10));
        Assert.Equal(["none", "inner.kind"], config.UnreadKeys);

        Assert.False(config.Has("none") || config.Has("absent"));
        Assert.Null(config.OptionalInt("none", 0, 1));
        Assert.Null(config.OptionalDouble("absent", 0, 1));
        Assert.Null(config.OptionalFloat("absent", 0, 1));
        Assert.Null(config.OptionalBool("absent"));
        Assert.Null(config.OptionalString("absent"));
        Assert.Null(config.OptionalOneOf("absent", "a"));
        Assert.Null(config.OptionalInts("absent", 0, 1));
        Assert.Null(config.OptionalStrings("absent"));
        Assert.Null(config.OptionalObject("absent"));
        Assert.Null(ConfigFile.ReadIfPresent(Path.Combine(_scratch.Path, "absent.json")));
    }

    [Fact]
    public void KeysThatNobodyReadAreListedInOrderUntilTheyAreIgnored()
    {
        ConfigFile config = Read("""{"b": 1, "a": {"x": 1}, "dropout": 0.1, "c": 2}""");
        Assert.Equal(["b", "a", "dropout", "c"], config.UnreadKeys);
        config.Int("b", 0, 1);
        config.Ignore("dropout", "not there");
        Assert.Equal(["a", "c"], config.UnreadKeys);
        Assert.NotNull(config.OptionalObject("a"));
        Assert.Equal(["a.x", "c"], config.UnreadKeys);
    }

    [Fact]
    public void AWrongValueIsNamedWithItsKeyAndWhatIsAccepted()
    {
        ConfigFile config = Read("""
            {"text": "12", "fraction": 1.5, "whole": 1.0, "large": 4294967296, "low": 0, "huge": 1e999, "one": 1,
             "list": [1, "x"], "act": "swish", "inner": {"factor": "a"}}
            """);
        Refused(() => config.Int("text", 1, 9), "'text' is '12'; accepted: a whole number from 1 to 9.");
        Refused(() => config.Int("fraction", 1, int.MaxValue), "'fraction' is 1.5; accepted: a whole number from 1.");
        Refused(() => config.Int("whole", 1, 9), "'whole' is 1.0; accepted: a whole number from 1 to 9.");
        Refused(() => config.OptionalInt("large", 1, 9),
            "'large' is 4294967296; accepted: a whole number from 1 to 9.");
        Refused(() => config.Int("low", 1, 9), "'low' is 0; accepted: a whole number from 1 to 9.");
        Refused(() => config.Int("absent", 1, 9), "'absent' is missing; needed: a whole number from 1 to 9.");
        Refused(() => config.Double("huge", 0, 1), "'huge' is 1e999; accepted: a number from 0 to 1.");
        Refused(() => config.Float("text", 0, 1), "'text' is '12'; accepted: a number from 0 to 1.");
        Refused(() => config.Bool("one"), "'one' is 1; accepted: true or false.");
        Refused(() => config.String("one"), "'one' is 1; accepted: a string.");
        Refused(() => config.OneOf("act", "gelu", "relu"), "'act' is 'swish'; accepted: 'gelu', 'relu'.");
        Refused(() => config.OneOf("absent", "gelu"), "'absent' is missing; needed: 'gelu'.");
        Refused(() => config.OptionalInts("list", 0, 9),
            "'list' is 'x'; accepted: an array of whole numbers from 0 to 9.");
        Refused(() => config.OptionalStrings("list"), "'list' is 1; accepted: an array of strings.");
        Refused(() => config.OptionalObject("one"), "'one' is 1; accepted: an object.");
        Refused(() => config.OptionalObject("inner")!.Double("factor", 0, 1),
            "'inner.factor' is 'a'; accepted: a number from 0 to 1.");
    }

    [Fact]
    public void WhatAFileHoldsCannotBreakAMessage()
    {
        ConfigFile config = Read("{\"act\": \"a\\nb\\u001b[31m" + new string('x', 100_000) + "\"}");
        var error = Assert.Throws<InvalidModelException>(() => config.OneOf("act", "gelu"));
        Assert.StartsWith("'act' is 'a?b?[31mxxx", error.Problem, StringComparison.Ordinal);
        Assert.InRange(error.Problem.Length, 1, 400);
    }

    [Fact]
    public void AFileThatIsTooLongIsNotRead()
    {
        string path = _scratch.Write("long.json", "{}");
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(handle, 1L << 40);
        var error = Assert.Throws<InvalidModelException>(() => ConfigFile.Read(path));
        Assert.Contains("at most 16,777,216 are accepted", error.Problem);
    }

    private static void Refused(Func<object?> read, string problem) =>
        Assert.Equal(problem, Assert.Throws<InvalidModelException>(() => read()).Problem);

    private ConfigFile Read(string json) => ConfigFile.Read(_scratch.Write("config.json", json));
}
