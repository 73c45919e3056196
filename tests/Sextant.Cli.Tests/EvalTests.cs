namespace Sextant.Cli.Tests;

public sealed class EvalTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private const string Corpus =
        """
        {"_id":"a","title":"ships","text":"sail over the sea"}
        {"_id":"b","title":"","text":"the sky is blue"}
        {"_id":"c","text":"green grass"}

        """;

    private const string Queries = """
        {"_id":"1","text":"the sky is blue"}
        {"_id":"2","text":"ships sail over the sea"}

        """;

    private const string Judged = "query-id\tcorpus-id\tscore\n1\tb\t1\n2\ta\t1\n";

    private readonly string _root = Directory.CreateTempSubdirectory("sextant-eval-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // The vectors of equal texts are equal, so such a pair is the most similar one, whatever the weights are.
    [Theory]
    [InlineData("a.csv", "the sea,the sea,5\nthe sea,green grass,0.5\n", "1.0000")]
    [InlineData("a.csv", "the sea,the sea,-1e-3\nthe sea,green grass,0\n", "-1.0000")]
    [InlineData("a.csv", "the sea,the sea,5\r\n\r\nthe sea,green grass,0.5", "1.0000")]
    [InlineData("a.csv", "\uFEFF\"the \"\"sea\"\", too\",\"the \"\"sea\"\", too\",5\nthe sea,\"green\ngrass\",0\n",
        "1.0000")]
    [InlineData("a.csv", "Score,sentence2,genre,sentence1\n5,the sea,x,the sea\n0,the sea,x,green\n", "1.0000")]
    [InlineData("a.csv", "sentence1,sentence2,similarity_score\nthe sea,the sea,5\nthe sea,green,0\n", "1.0000")]
    [InlineData("a.tsv", "the \"sea\tthe \"sea\t5\n\"the, sea is blue\"\tgreen grass\t0\n", "1.0000")]
    [InlineData("a.TSV", "score\tsentence1\tsentence2\n5\tthe sea\tthe sea\n0\tthe sea\tgreen grass\n", "1.0000")]
    public void SpearmanOfPairs(string name, string text, string expected)
    {
        Outcome outcome = Sts(name, text);
        Assert.Equal((0, $"spearman {expected}\n", ""), (outcome.Exit, outcome.Output, outcome.Error));
        Assert.Equal(outcome.Output, Sts(name, text, "--codes", "binary").Output);
    }

    [Theory]
    [InlineData("one,two\n", "line 1: has 2 columns where 3 are needed: sentence1, sentence2 and score")]
    [InlineData("a,b,1\none,two,3,4\n", "line 2: has 4 columns where 3 are needed")]
    [InlineData("a,b,1\n\"one\ntwo\",three,high\n", "line 2: the score is 'high'; a number such as 3.75")]
    [InlineData("a,b,1\none,two,NaN\n", "line 2: the score is 'NaN'")]
    [InlineData("first,second,score\n", "line 1: the score is 'score'")]
    [InlineData("sentence1,text,score\n", "line 1: names columns, but no 'sentence2'")]
    [InlineData("sentence1,sentence2,grade\n", "line 1: names columns, but no 'score'")]
    [InlineData("a,b,1\n\"one\"two,three,3\n", "line 2: a quoted field goes on after its closing quote")]
    [InlineData("a,b,1\na,\"b,1\na,b,1\n", "line 2: a field begins with a double quote that nothing closes")]
    [InlineData("", "0 pairs; at least two")]
    [InlineData("a,b,1\na,c,1\n", "2 pairs; at least two with different scores")]
    public void ABrokenFileOfPairsIsNamedWithItsLine(string text, string part)
    {
        Outcome outcome = Sts("broken.csv", text);
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.StartsWith($"sextant eval: {Path.Combine(_root, "broken.csv")}: {part}", outcome.ErrorLine);
    }

    [Fact]
    public void PairsThatAllLookAlikeHaveNoOrder()
    {
        Outcome outcome = Sts("same.csv", "sea,sea,1\nsky,sky,2\n");
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.Contains("equally similar", outcome.ErrorLine);
    }

    [Theory]
    [InlineData]
    [InlineData("--bm25")]
    [InlineData("--fuse", "bm25")]
    [InlineData("--codes", "binary")]
    [InlineData("--codes", "binary", "--rescore", "2")]
    [InlineData("--dimensions", "8", "--threads", "1")]
    public void QueriesThatAreDocumentsFindThemFirst(params string[] flags)
    {
        WriteSet("set", Corpus, Queries, Judged);
        Outcome outcome = Retrieval(["set"], flags);
        Assert.Equal((0, "ndcg@10 1.0000\nrecall@100 1.0000\n", ""), (outcome.Exit, outcome.Output, outcome.Error));
    }

    [Fact]
    public void TheMeasuresAreThoseOfTheRanking()
    {
        // BM25 finds a for "sea" alone: of a (grade 1) and b (grade 2) only the lesser one, and c is not relevant.
        // 1 / (2 + 1 / log2(3)) = 0.3801 and 1 of 2.
        WriteSet("set", Corpus, "{\"_id\":\"1\",\"text\":\"SEA!\"}\n", "1\ta\t1\n1\tb\t2\n1\tc\t-1\n");
        Assert.Equal("ndcg@10 0.3801\nrecall@100 0.5000\n", Retrieval(["set"], "--bm25").Output);
    }

    [Fact]
    public void SeveralSetsHaveTheirNamesAndAMean()
    {
        WriteSet("x/first", Corpus, Queries, Judged);
        WriteSet("second", Corpus, Queries, "query-id\tcorpus-id\tSCORE\n1\tb\t1\n2\tno-such\t1\n");
        Outcome outcome = Retrieval(["x/first/", "second"], "--bm25");
        Assert.Equal(
            ["first ndcg@10 1.0000", "first recall@100 1.0000", "second ndcg@10 0.5000", "second recall@100 0.5000",
                "mean ndcg@10 0.7500", "mean recall@100 0.7500"], outcome.Lines);
        Assert.Equal(
            "sextant eval: second: warning: judgements of documents that are not in the corpus, "
            + "which count as not found: 1",
            outcome.ErrorLine);
        string[] twice = Retrieval(["second", "./second"], "--bm25").Lines;
        Assert.StartsWith(Path.Combine(_root, "second") + " ndcg@10 ", twice[0]);
    }

    [Fact]
    public void WhatIsLeftOutIsCounted()
    {
        string queries = Queries + string.Concat("345".Select(id => $"{{\"_id\":\"{id}\",\"text\":\"x\"}}\n"));
        WriteSet("set", Corpus, queries, Judged + "3\ta\t0\n9\ta\t1\n");
        Outcome outcome = Retrieval(["set"], "--bm25");
        Assert.Equal((0, "ndcg@10 1.0000\nrecall@100 1.0000\n"), (outcome.Exit, outcome.Output));
        Assert.Equal(
            [
                "queries left out, since no document is judged for them: 2",
                "queries left out, since no document is relevant for them: 1",
                "judgements of queries that queries.jsonl does not have, which do not count: 1",
            ],
            outcome.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line["sextant eval: warning: ".Length..]));
    }

    [Fact]
    public void RescoringAllIsTheFloatRanking()
    {
        var random = new Random(7);
        string Lines(int count, Func<int, string> line) =>
            string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
        string Text(int words) => string.Join(' ', random.GetItems(TinyModel.Words, words));
        WriteSet(
            "set",
            Lines(300, i => $"{{\"_id\":\"d{i}\",\"text\":\"{Text(1 + (i % 9))}\"}}"),
            Lines(40, i => $"{{\"_id\":\"q{i}\",\"text\":\"{Text(4)}\"}}"),
            Lines(400, i => $"q{i / 10}\td{i * 37 % 300}\t{1 + (i % 3)}"));
        string floats = Retrieval(["set"]).Output;
        string codes = Retrieval(["set"], "--codes", "binary").Output;
        Assert.NotEqual(floats, codes);
        Assert.Equal(floats, Retrieval(["set"], "--codes", "binary", "--rescore", "300").Output);
        Assert.Equal(floats, Retrieval(["set"], "--codes", "float32", "--threads", "3").Output);
        // Ninety in a new order are the same hundred.
        string some = Retrieval(["set"], "--codes", "binary", "--rescore", "90").Output;
        Assert.NotEqual(codes, some);
        Assert.Equal(codes.Split('\n')[1], some.Split('\n')[1]);
    }

    [Fact]
    public void RecallOfCodesAgainstFloats()
    {
        var random = new Random(8);
        string Text(int words) => string.Join(' ', random.GetItems(TinyModel.Words, words));
        string Lines(int count, Func<int, string> line) =>
            string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
        WriteSet(
            "set",
            Lines(400, i => $"{{\"_id\":\"d{i}\",\"text\":\"{i % 10} {Text(1 + (i % 9))}\"}}"),
            Lines(20, i => $"{{\"_id\":\"q{i}\",\"text\":\"{Text(4)}\"}}"),
            Lines(20, i => $"q{i}\td{i}\t1"));
        Outcome outcome = Retrieval(["set"], "--recall");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Dictionary<string, double> lines = outcome.Lines.Select(line => line.Split(' ')).ToDictionary(
            one => one[0], one => double.Parse(one[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(
            ["recall@10:binary:4B", "recall@10:binary+4x:132B", "recall@10:binary+10x:132B",
             "recall@10:binary-q4:4B", "recall@10:binary-q4+4x:132B", "recall@10:binary-q4+10x:132B",
             "recall@10:binary-q8:4B", "recall@10:binary-q8+4x:132B", "recall@10:binary-q8+10x:132B",
             "recall@10:bebr-2:12B",
             "recall@10:bebr-2+4x:140B", "recall@10:bebr-3:16B", "recall@10:bebr-3+4x:144B", "recall@10:bebr-4:20B",
             "recall@10:bebr-4+4x:148B", "recall@10:pq-8:8B", "recall@10:pq-8+4x:136B",
             "recall@10:rabitq-1:12B", "recall@10:rabitq-1+4x:140B", "recall@10:rabitq-2:12B",
             "recall@10:rabitq-2+4x:140B", "recall@10:rabitq-3:20B", "recall@10:rabitq-3+4x:148B",
             "recall@10:rabitq-4:20B", "recall@10:rabitq-4+4x:148B", "recall@10:pca-16-rabitq-2:12B",
             "recall@10:pca-16-rabitq-2+4x:140B", "recall@10:pca-21-rabitq-3:20B",
             "recall@10:pca-21-rabitq-3+4x:148B", "recall@10:pca-24-rabitq-4:20B",
             "recall@10:pca-24-rabitq-4+4x:148B", "recall@10:int8:32B", "recall@10:float16:64B"],
            lines.Keys);
        Assert.All(lines.Values, value => Assert.InRange(value, 0.1, 1));
        // More bits find more; halves find nearly all.
        Assert.True(lines["recall@10:binary:4B"] < lines["recall@10:binary+4x:132B"]);
        Assert.True(lines["recall@10:binary+4x:132B"] <= lines["recall@10:binary+10x:132B"]);
        Assert.True(lines["recall@10:binary:4B"] < lines["recall@10:binary-q4:4B"]);
        Assert.True(lines["recall@10:binary+4x:132B"] < lines["recall@10:binary-q8+4x:132B"]);
        Assert.True(lines["recall@10:bebr-2:12B"] < lines["recall@10:bebr-4:20B"]);
        Assert.True(lines["recall@10:bebr-2:12B"] < lines["recall@10:bebr-2+4x:140B"]);
        Assert.True(lines["recall@10:pq-8:8B"] < lines["recall@10:pq-8+4x:136B"]);
        Assert.True(lines["recall@10:rabitq-1:12B"] < lines["recall@10:rabitq-2:12B"]);
        Assert.True(lines["recall@10:rabitq-2:12B"] < lines["recall@10:rabitq-4:20B"]);
        Assert.InRange(lines["recall@10:float16:64B"], 0.97, 1);
        Assert.Equal(2, Retrieval(["set"], "--recall", "--bm25").Exit);
        Assert.Equal(2, Retrieval(["set"], "--recall", "--codes", "binary").Exit);
    }

    [Fact]
    public void TextsThatAreCutAreReported()
    {
        string text = string.Join(' ', Enumerable.Repeat("one", 100));
        WriteSet("set", Corpus + $"{{\"_id\":\"long\",\"text\":\"{text}\"}}\n", Queries, Judged);
        Outcome outcome = Retrieval(["set"]);
        Assert.Equal(0, outcome.Exit);
        Assert.Equal(
            "sextant eval: warning: 1 of 6 texts lost what is beyond the model's 64 tokens", outcome.ErrorLine);
    }

    [Theory]
    [InlineData("corpus.jsonl", "{\"_id\":\"a\",\"text\":\"x\"}\n{\"_id\":\"a\",\"text\":\"y\"}\n",
        "line 2: the '_id' 'a' is there a second time")]
    [InlineData("corpus.jsonl", "{\"text\":\"x\"}\n",
        "line 1: there is no '_id' field; an object with '_id', 'text' and perhaps 'title'")]
    [InlineData("corpus.jsonl", "{\"_id\":7,\"text\":\"x\"}\n", "line 1: '_id' is the number 7; a string is needed")]
    [InlineData("corpus.jsonl", "{\"_id\":\"a\",\"title\":\"x\"}\n", "line 1: there is no 'text' field")]
    [InlineData("corpus.jsonl", "\n", "line 1: empty; an object with '_id'")]
    [InlineData("queries.jsonl", "[]\n", "line 1: an object with '_id' and 'text' is needed")]
    [InlineData("queries.jsonl", "{\"_id\":\"1\"", "line 1: not JSON")]
    [InlineData("qrels/test.tsv", "1 b 1\n", "line 1: has 1 columns; query id, document id and a whole number")]
    [InlineData("qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tb\t0.5\n", "line 2: the grade is '0.5'; query id,")]
    [InlineData("qrels/test.tsv", "1\tb\tx\n", "line 1: the grade is 'x'")]
    [InlineData("qrels/test.tsv", "1\tb\t1\n2\ta\t1\n1\tb\t0\n",
        "line 3: query '1' and document 'b' are judged a second time")]
    [InlineData("qrels/test.tsv", "1\tb\t0\n", "no query of queries.jsonl has a document with a grade above 0")]
    public void ABrokenFileOfASetIsNamedWithItsLine(string file, string text, string part)
    {
        WriteSet("set", Corpus, Queries, Judged);
        string path = Path.Combine(_root, "set", file.Replace('/', Path.DirectorySeparatorChar));
        File.WriteAllText(path, text);
        Outcome outcome = Retrieval(["set"], "--bm25");
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.StartsWith($"sextant eval: {path}: {part}", outcome.ErrorLine);
    }

    [Fact]
    public void AMissingFileIsNamedBeforeAnyWork()
    {
        WriteSet("set", Corpus, Queries, Judged);
        Outcome outcome = Retrieval(["set", "none"], "--model", "/none/such");
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        string missing = Path.Combine("none", "corpus.jsonl");
        Assert.Contains(missing + ": there is no such file. A retrieval set is", outcome.ErrorLine);
        Assert.Contains("is a folder", CommandLine.Run("eval", "--sts", _root).ErrorLine);
    }

    /// <summary>Against weights/train/retrieval.py: words, BM25 and measures of its own, in NumPy.</summary>
    [Theory]
    [InlineData("cranfield", "0.3163", "0.6761")]
    [InlineData("cisi", "0.3179", "0.3927")]
    [InlineData("npl", "0.3697", "0.4728")]
    [InlineData("cacm", "0.3713", "0.5747")]
    public void Bm25IsWhatAnotherImplementationFinds(string set, string gain, string recall)
    {
        string? data = Environment.GetEnvironmentVariable("SEXTANT_TESTDATA");
        if (string.IsNullOrEmpty(data))
            Assert.Skip("SEXTANT_TESTDATA is not set: the shared test data is not on this machine.");
        string folder = Path.Combine(data, "eval", "retrieval", set);
        Outcome outcome = CommandLine.Run("eval", "--bm25", "--language", "words", "--retrieval", folder);
        Assert.Equal((0, $"ndcg@10 {gain}\nrecall@100 {recall}\n", ""), (outcome.Exit, outcome.Output, outcome.Error));
    }

    private Outcome Sts(string name, string text, params string[] flags)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllText(path, text);
        return CommandLine.Run(["eval", "--model", model.Folder, "--sts", path, .. flags]);
    }

    private Outcome Retrieval(string[] sets, params string[] flags)
    {
        string[] folders = [.. sets.SelectMany(set => (string[])["--retrieval", Path.Combine(_root, set)])];
        string[] named = flags.Contains("--bm25") || flags.Contains("--model") ? [] : ["--model", model.Folder];
        return CommandLine.Run(["eval", .. named, .. folders, .. flags]);
    }

    private void WriteSet(string name, string corpus, string queries, string judged)
    {
        string folder = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.Combine(folder, "qrels"));
        File.WriteAllText(Path.Combine(folder, "corpus.jsonl"), corpus);
        File.WriteAllText(Path.Combine(folder, "queries.jsonl"), queries);
        File.WriteAllText(Path.Combine(folder, "qrels", "test.tsv"), judged);
    }
}
