using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Indexes;

/// <summary>Filters accept what the same condition accepts of the documents in memory.</summary>
public sealed class FilterTests : IDisposable
{
    private static readonly string[] s_words = ["", "alpha", "beta", "Γάμμα", "z😀", "alpha "];
    private static readonly double[] s_reals =
        [double.NaN, double.NegativeInfinity, -2.5, -0.0, 0, 0.1, 3, 1e300, double.PositiveInfinity, 9007199254740993];

    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    private sealed record Row(string Key)
    {
        public string? Word { get; init; }
        public long? Whole { get; init; }
        public double? Real { get; init; }
        public bool? Flag { get; init; }
        public string[]? Tags { get; init; }
        public long[]? Numbers { get; init; }
        public double[]? Weights { get; init; }

        public IndexDocument Document()
        {
            var attributes = new List<IndexAttribute>();
            if (Word is not null)
                attributes.Add(new("word", Word));
            if (Whole is { } whole)
                attributes.Add(new("whole", whole));
            if (Real is { } real)
                attributes.Add(new("real", real));
            if (Flag is { } flag)
                attributes.Add(new("flag", flag));
            if (Tags is not null)
                attributes.Add(new("tags", Tags));
            if (Numbers is not null)
                attributes.Add(new("numbers", Numbers));
            if (Weights is not null)
                attributes.Add(new("weights", Weights));
            return new IndexDocument { Key = Key, Vectors = new float[] { 1, 2 }, Attributes = attributes };
        }
    }

    private static Row SomeRow(Random random, int number)
    {
        T? Maybe<T>(Func<T> make) where T : class => random.Next(4) == 0 ? null : make();
        T? Perhaps<T>(Func<T> make) where T : struct => random.Next(4) == 0 ? null : make();
        long Long() => random.Next(6) switch
        {
            0 => long.MaxValue,
            1 => long.MinValue + 1,
            2 => 9007199254740993,
            _ => random.Next(-3, 4),
        };
        string Word() => s_words[random.Next(s_words.Length)];
        double Real() => s_reals[random.Next(s_reals.Length)];
        int count = random.Next(4);
        return new Row($"k{number}")
        {
            Word = Maybe(Word),
            Whole = Perhaps(Long),
            Real = Perhaps(Real),
            Flag = Perhaps(() => random.Next(2) == 0),
            Tags = Maybe(() => Enumerable.Range(0, count).Select(_ => Word()).ToArray()),
            Numbers = Maybe(() => Enumerable.Range(0, count).Select(_ => Long() - 1).ToArray()),
            Weights = Maybe(() => Enumerable.Range(0, count).Select(_ => Real()).ToArray()),
        };
    }

    // A leaf, and what it says of a row. Numbers are compared as exact decimals, which is another way than the index's.
    private static (IndexFilter Filter, Func<Row, bool> Holds) Leaf(Random random)
    {
        var comparison = (IndexComparison)random.Next(6);
        string word = s_words[random.Next(s_words.Length)];
        long whole = random.Next(-3, 4);
        double real = s_reals[random.Next(s_reals.Length)];
        switch (random.Next(13))
        {
            case 0:
                return (IndexFilter.Where(comparison, new("word", word)), row => row.Word is not null
                    && Holds(comparison, string.CompareOrdinal(row.Word, word)));
            case 1:
                return (IndexFilter.Where(comparison, new("whole", whole)),
                    row => row.Whole is { } one && Holds(comparison, one.CompareTo(whole)));
            case 2:
                return (IndexFilter.Where(comparison, new("real", real)),
                    row => row.Real is { } one && HoldsReal(comparison, one, real));
            case 3:
                return (IndexFilter.Where(comparison, new("whole", real)),
                    row => row.Whole is { } one && Holds(comparison, Exactly(one, real)));
            case 4:
                return (IndexFilter.Where(comparison, new("real", whole)),
                    row => row.Real is { } one && HoldsReal(comparison, one, whole));
            case 5:
                bool equal = random.Next(2) == 0;
                return (IndexFilter.Where(equal ? IndexComparison.Equal : IndexComparison.NotEqual, new("flag", true)),
                    row => row.Flag is { } one && one == equal);
            case 6:
                return (IndexFilter.Contains(new("tags", word)), row => row.Tags?.Contains(word) == true);
            case 7:
                return (IndexFilter.Contains(new("numbers", whole)), row => row.Numbers?.Contains(whole) == true);
            case 8:
                return (IndexFilter.Contains(new("weights", real)),
                    row => row.Weights?.Any(one => one == real) == true);
            case 9:
                return (IndexFilter.Exists("tags"), row => row.Tags is not null);
            case 10:
                return (IndexFilter.Exists("flag"), row => row.Flag is not null);
            case 11:
                return (IndexFilter.In(new("whole", whole), new("whole", 9007199254740993L)),
                    row => row.Whole == whole || row.Whole == 9007199254740993);
            default:
                return (IndexFilter.In(new("word", word), new IndexAttribute("word", "beta")),
                    row => row.Word == word || row.Word == "beta");
        }
    }

    private static (IndexFilter Filter, Func<Row, bool> Holds) Tree(Random random, int depth)
    {
        if (depth == 0)
            return Leaf(random);
        (IndexFilter left, Func<Row, bool> first) = Tree(random, depth - 1);
        (IndexFilter right, Func<Row, bool> second) = Tree(random, random.Next(depth));
        return random.Next(3) switch
        {
            0 => (IndexFilter.And(left, right), row => first(row) && second(row)),
            1 => (IndexFilter.Or(left, right), row => first(row) || second(row)),
            _ => (IndexFilter.Not(left), row => !first(row)),
        };
    }

    private static bool Holds(IndexComparison comparison, int? order) => comparison switch
    {
        IndexComparison.Equal => order == 0,
        IndexComparison.NotEqual => order != 0,
        IndexComparison.Less => order < 0,
        IndexComparison.LessOrEqual => order <= 0,
        IndexComparison.Greater => order > 0,
        _ => order >= 0,
    };

    private static bool HoldsReal(IndexComparison comparison, double left, double right) => comparison switch
    {
        IndexComparison.Equal => left == right,
        IndexComparison.NotEqual => left != right,
        IndexComparison.Less => left < right,
        IndexComparison.LessOrEqual => left <= right,
        IndexComparison.Greater => left > right,
        _ => left >= right,
    };

    private static int? Exactly(long whole, double real) => double.IsNaN(real) ? null
        : double.IsInfinity(real) || Math.Abs(real) > 1e20 ? -Math.Sign(real)
        : ((decimal)whole).CompareTo(new decimal(real));

    [Fact]
    public void TreesOfConditionsAcceptWhatTheySayOfEachDocument()
    {
        var random = new Random(20);
        var rows = new Dictionary<string, Row>();
        using (var index = VectorIndex.Create(_scratch.Path, new IndexDefinition { Dimensions = 2 }))
        {
            for (int i = 0; i < 600; i++)
            {
                Row row = SomeRow(random, random.Next(400)); // some are replaced
                rows[row.Key] = row;
                index.Upsert(row.Document());
                if (i % 150 == 149)
                    index.Commit();
            }
        }
        Check(rows, 0);
        using (VectorIndex index = VectorIndex.Open(_scratch.Path))
            index.Compact();
        Check(rows, 1);
    }

    private void Check(Dictionary<string, Row> rows, int seed)
    {
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Verify();
        var random = new Random(seed);
        foreach (Row row in rows.Values)
            Assert.Equal(row.Document().Attributes.ToHashSet(), reader.AttributesOf(row.Key)!.ToHashSet());
        int some = 0;
        for (int i = 0; i < 400; i++)
        {
            (IndexFilter filter, Func<Row, bool> holds) = Tree(random, random.Next(4));
            string[] expected = [.. rows.Values.Where(holds).Select(row => row.Key).Order()];
            Assert.Equal(expected, Keys(reader, filter));
            some += expected.Length > 0 && expected.Length < rows.Count ? 1 : 0;
        }
        Assert.True(some > 200, $"only {some} of 400 filters accept some documents and not others");
    }

    private static string[] Keys(IndexReader reader, IndexFilter filter)
    {
        IdSet ids = reader.Where(filter);
        return [.. Enumerable.Range(0, reader.Ids).Where(ids.Contains).Select(reader.Key).Distinct().Order()];
    }

    [Theory]
    [InlineData("tags contains red", "a b")]
    [InlineData("tags contains (big)", "a")]
    [InlineData("year exists", "a c")]
    [InlineData("year missing", "b d")]
    [InlineData("year!=2019", "c")] // a document without the attribute is not among them
    [InlineData("not (year=2019)", "b c d")]
    [InlineData("(year=2019) or (name=b and d)", "a d")]
    [InlineData("(year=2019) or (tags contains red) and (price>1)", "a b")]
    [InlineData("((year=2019) or (tags contains red)) and (price>1.5)", "b")]
    [InlineData("(name=\"x) or (y\")", "c")]
    [InlineData("(name in (a, \"x) or (y\"))", "a c")]
    [InlineData("(not (open=true)) and not (open missing)", "b")]
    [InlineData("open=true", "a")]
    [InlineData("price<=1.5", "a")]
    [InlineData("price in (1.5, 2)", "a b")]
    [InlineData("when>=2024-05-01", "b c")]
    [InlineData("when<2024-05-01T00:00:00+02:00", "a")]
    [InlineData("name=b and d", "d")] // outside parentheses a value is all that follows
    [InlineData("sizes contains 3", "a")]
    public void ConditionsAreReadAsTheyAreTyped(string condition, string expected)
    {
        using var index = VectorIndex.Create(new IndexDefinition { Dimensions = 2 });
        void Add(string key, params IndexAttribute[] attributes) => index.Upsert(
            new IndexDocument { Key = key, Vectors = new float[] { 1, 2 }, Attributes = attributes });
        Add("a", new("name", "a"), new("year", 2019), new("tags", ["red", "(big)"]), new("price", 1.5),
            new("open", true), new("when", new DateTimeOffset(2024, 4, 30, 23, 0, 0, TimeSpan.FromHours(2))),
            new("sizes", [3L, 4L]));
        Add("b", new("name", "b"), new("tags", ["red"]), new("price", 2.0), new("open", false),
            new("when", new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero)));
        Add("c", new("name", "x) or (y"), new("year", 2020), new("tags", Array.Empty<string>()),
            new("when", DateTimeOffset.MaxValue));
        Add("d", new IndexAttribute("name", "b and d"));
        index.Commit();
        using IndexReader reader = index.Read();
        Assert.Equal(expected.Split(' '), Keys(reader, IndexFilter.Parse(condition)));
    }

    [Theory]
    [InlineData("(name in (\"x, y\", b))", "b c")]
    [InlineData("(name in (a,\"x, y\"))", "a c")]
    [InlineData("(name in (\"x, y\"))", "c")]
    [InlineData("(name in (5\", b))", "")] // the quote has no end: the list is all that follows
    public void ACommaInQuotesDoesNotEndAValue(string condition, string expected)
    {
        using var index = VectorIndex.Create(new IndexDefinition { Dimensions = 2 });
        foreach ((string key, string name) in (ReadOnlySpan<(string, string)>)[("a", "a"), ("b", "b"), ("c", "x, y")])
        {
            index.Upsert(new IndexDocument
            {
                Key = key,
                Vectors = new float[] { 1, 2 },
                Attributes = [new IndexAttribute("name", name)],
            });
        }
        index.Commit();
        using IndexReader reader = index.Read();
        if (expected.Length == 0)
            Assert.Throws<ArgumentException>(() => IndexFilter.Parse(condition));
        else
            Assert.Equal(expected.Split(' '), Keys(reader, IndexFilter.Parse(condition)));
    }

    [Fact]
    public void FiltersThatAProgramNestsHaveALimit()
    {
        using var index = VectorIndex.Create(new IndexDefinition { Dimensions = 2 });
        index.Upsert(new IndexDocument { Key = "a", Vectors = new float[] { 1, 2 } });
        index.Commit();
        using IndexReader reader = index.Read();
        IndexFilter Nested(int depth)
        {
            IndexFilter filter = IndexFilter.Exists("x");
            for (int i = 0; i < depth; i++)
                filter = IndexFilter.Not(filter);
            return filter;
        }
        Assert.Equal(["a"], Keys(reader, Nested(IndexFilter.MaxDepth - 1)));
        Assert.Contains("deep", Assert.Throws<ArgumentException>(() => Nested(200_000)).Message);
        // One more condition each time is no nesting.
        IndexFilter all = IndexFilter.And(), any = IndexFilter.Or();
        for (int i = 0; i < 3000; i++)
        {
            all = IndexFilter.And(all, IndexFilter.Not(IndexFilter.Exists("x")));
            any = IndexFilter.Or(any, IndexFilter.Exists("x"));
        }
        Assert.Equal(["a"], Keys(reader, all));
        Assert.Empty(Keys(reader, any));
    }

    [Theory]
    [InlineData("(a=1")]
    [InlineData("(a=1) or")]
    [InlineData("(a=1) xor (b=2)")]
    [InlineData("(a=1) (b=2)")]
    [InlineData("not (a=1) and b=2")]
    [InlineData("()")]
    [InlineData("(a)")]
    [InlineData("exists")]
    public void WhatIsNoConditionIsRefused(string condition) =>
        Assert.Throws<ArgumentException>(() => IndexFilter.Parse(condition));

    [Fact]
    public void NestingHasALimit()
    {
        string deep = new string('(', 100_000) + "a=1" + new string(')', 100_000);
        Assert.Contains("deep", Assert.Throws<ArgumentException>(() => IndexFilter.Parse(deep)).Message);
    }

    [Fact]
    public void ValuesOfAnotherKindAreRefusedAndNamed()
    {
        using var index = VectorIndex.Create(new IndexDefinition { Dimensions = 2 });
        var row = new Row("k1");
        index.Upsert(row.Document() with
        {
            Attributes = [new("word", "a"), new("real", 1.0), new("flag", true), new("tags", ["a"])],
        });
        index.Commit();
        using IndexReader reader = index.Read();
        string Refused(IndexFilter filter) =>
            Assert.Throws<ArgumentException>(() => reader.Where(filter)).Message;
        Assert.Equal("'word' is a text; a whole number is none.",
            Refused(IndexFilter.Where(IndexComparison.Equal, new("word", 1))));
        Assert.Equal("'real' is a number; 'x' is none.", Refused(IndexFilter.Parse("real=x")));
        Assert.Equal("'flag' is true or false; 'yes' is none.", Refused(IndexFilter.Parse("flag=yes")));
        Assert.Contains("contains", Refused(IndexFilter.Parse("tags=a")));
        Assert.Contains("only a list", Refused(IndexFilter.Parse("word contains a")));
        Assert.Contains("neither less", Refused(IndexFilter.Parse("flag<true")));
        Assert.Contains("nothing", Refused(IndexFilter.Parse("(nothing=1) or (word=a)")));
        Assert.Equal([], Keys(reader, IndexFilter.Where(IndexComparison.Equal, new("nothing", 1))));
        Assert.Equal(["k1"], Keys(reader, IndexFilter.Not(IndexFilter.Exists("nothing"))));
        Assert.Throws<ArgumentException>(() => index.Upsert(row.Document() with
        {
            Attributes = [new IndexAttribute("real", 1)],
        }));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void OnlySegmentsWithNewKindsHaveTheNewVersion(bool hasNewKind, byte version)
    {
        using (var index = VectorIndex.Create(_scratch.Path, new IndexDefinition { Dimensions = 2 }))
        {
            index.Upsert(new IndexDocument
            {
                Key = "a",
                Vectors = new float[] { 1, 2 },
                Attributes = hasNewKind
                    ? [new("number", 1), new("text", "t"), new("flag", true)]
                    : [new("number", 1), new("text", "t")],
            });
            index.Commit();
        }
        string segment = Directory.GetFiles(_scratch.Path, "segment-*").Single();
        Assert.Equal(version, File.ReadAllBytes(segment)[8]);
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal(hasNewKind ? AttributeKind.Boolean : null, reader.KindOf("flag"));
    }

    [Fact]
    public void ADocumentIsReadByItsKeyAsItWasGiven()
    {
        using var index = VectorIndex.Create(new IndexDefinition
        {
            Dimensions = 2,
            Code = Sextant.Codes.VectorCode.Float32,
            Rescore = null,
        });
        var given = new IndexDocument
        {
            Key = "schlüssel 😀",
            Vectors = new float[] { 1, 2, 3, 4 },
            Payloads = ["one"u8.ToArray(), Array.Empty<byte>()],
            Attributes = [new("tags", ["a", ""]), new("none", Array.Empty<long>())],
        };
        index.Upsert(given);
        index.Upsert(new IndexDocument { Key = "bare", Vectors = Array.Empty<float>() });
        index.Commit();
        using IndexReader reader = index.Read();
        IndexDocument read = reader.Document(given.Key)!;
        Assert.Equal(given.Vectors.ToArray(), read.Vectors.ToArray());
        Assert.Equal(given.Payloads.Select(one => one.ToArray()), read.Payloads.Select(one => one.ToArray()));
        Assert.Equal(given.Attributes, read.Attributes);
        Assert.Equal(0, reader.Document(given.Key, withVectors: false)!.Vectors.Length);
        Assert.Empty(reader.Document("bare")!.Payloads);
        Assert.Null(reader.Document("other"));
    }
}
