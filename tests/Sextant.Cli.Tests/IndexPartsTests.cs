using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sextant.Cli.Outputs;
using Sextant.Cli.Verbs;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Tests;

/// <summary>A long file goes into an index in parts: ended within it, what is done stays, and the index says
/// so.</summary>
public sealed class IndexPartsTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-index-").FullName;

    private string Files => Path.Combine(_root, "files");

    private string Long => Path.Combine(Files, "long.txt");

    private string Index => Path.Combine(_root, "idx");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void EndedWithinAFileWhatIsDoneIsKept()
    {
        Write(2000);
        string whole = Path.Combine(_root, "whole");
        int all = Embedded(Run("index", "--output", whole, "--chunk", "8", "--code", "float32", Files));
        EndAfter(calls: 2500);
        int kept;
        using (IndexReader reader = IndexReader.Open(Index))
        {
            kept = reader.Count;
            Assert.InRange(kept, 1, all - 1);
            Assert.Equal(Files, reader.Unfinished);
            reader.Verify();
        }
        Assert.Equal(all - kept, Embedded(Run("index", "--output", Index, "--update", Files)));
        Assert.Equal(Passages(whole), Passages(Index));
        Assert.EndsWith("0 files embedded (0 passages), 1 unchanged, 0 taken out\n",
            Run("index", "--output", Index, "--update", Files).Output);
        Outcome found = Run("search", "--index", Index, "-k", "3", "--format", "json", "ships sail");
        Assert.Equal((0, ""), (found.Exit, found.Error));
        Assert.All(
            JsonDocument.Parse(found.Output).RootElement.EnumerateArray(),
            hit => Assert.Equal(Long, hit.GetProperty("file").GetString()));
    }

    [Fact]
    public void PartsOfAFileThatChangedOrWentAreTakenOut()
    {
        Write(2000);
        Run("index", "--output", Index, "--chunk", "8", "--code", "float32", Files);
        using (IndexReader reader = IndexReader.Open(Index))
            Assert.True(reader.Documents >= 3, $"only {reader.Documents} parts");
        Assert.Matches("documents +1\n", CommandLine.Run("index", "--stats", Index).Output);
        Write(10);
        int passages = Embedded(Run("index", "--output", Index, "--update", Files));
        using (IndexReader reader = IndexReader.Open(Index))
            Assert.Equal((1, passages), (reader.Documents, reader.Count));
        Write(2000);
        Run("index", "--output", Index, "--update", Files);
        File.Delete(Long);
        File.WriteAllText(Path.Combine(Files, "short.txt"), "the sky.");
        Assert.Equal("1 files embedded (1 passages), 0 unchanged, 1 taken out\n",
            Run("index", "--output", Index, "--update", Files).Output);
        using IndexReader last = IndexReader.Open(Index);
        Assert.Equal([Path.Combine(Files, "short.txt")], last.Keys());
    }

    [Fact]
    public void ASearchSaysThatTheIndexIsNotFinished()
    {
        Write(1000);
        EndAfter(calls: 1500);
        Outcome json = Run("search", "--index", Index, "-k", "2", "--format", "json", "ships sail");
        Assert.Equal(0, json.Exit);
        Assert.Contains("is not finished", json.ErrorLine, StringComparison.Ordinal);
        JsonElement hits = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(2, hits.GetArrayLength());
        Assert.All(hits.EnumerateArray(), hit => Assert.True(hit.GetProperty("unfinished").GetBoolean()));
        Assert.Contains("unfinished", CommandLine.Run("index", "--stats", Index).Output, StringComparison.Ordinal);

        // Another folder's files do not finish it.
        string other = Path.Combine(_root, "other");
        Directory.CreateDirectory(other);
        File.WriteAllText(Path.Combine(other, "a.txt"), "the sea.");
        Run("index", "--output", Index, "--update", other);
        Assert.Contains("is not finished",
            Run("search", "--index", Index, "-k", "2", "ships").ErrorLine, StringComparison.Ordinal);

        Run("index", "--output", Index, "--update", Files);
        json = Run("search", "--index", Index, "-k", "2", "--format", "json", "ships sail");
        Assert.Equal((0, ""), (json.Exit, json.Error));
        Assert.DoesNotContain("unfinished", json.Output, StringComparison.Ordinal);
        Outcome stats = CommandLine.Run("index", "--stats", Index);
        Assert.DoesNotContain("unfinished", stats.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ProgressIsInBytesAndPassagesWithTheTimeThatIsLeft()
    {
        Directory.CreateDirectory(Files);
        string[] files = [Path.Combine(Files, "a"), Path.Combine(Files, "b")];
        File.WriteAllBytes(files[0], new byte[3_000_000]);
        File.WriteAllBytes(files[1], new byte[1_000_000]);
        using var progress = new IndexProgress(new Streams().Terminal, files);
        Assert.Equal("0.0 of 4.0 MB, 0 passages, 0/s", progress.Line(0, 10));
        progress.Skip(1_000_000); // unchanged: says nothing of the speed
        Assert.Equal("1.0 of 4.0 MB, 0 passages, 0/s", progress.Line(0, 10));
        progress.Add(500_000, 600);
        Assert.Equal("1.5 of 4.0 MB, 600 passages, 20/s, about 2 min 30 s left", progress.Line(600, 30_000));
    }

    // An index of the files that was ended when so many texts had been counted to cut passages.
    private void EndAfter(int calls)
    {
        using var end = new CancellationTokenSource();
        Terminal terminal = new Streams().Terminal with { Cancellation = end.Token };
        using var none = new CancellationTokenSource();
        none.Cancel();
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { Cancellation = none.Token };
        CommandLine.RunOn(
            streams, "index", "--output", Index, "--chunk", "8", "--code", "float32", "--model", model.Folder, Files);
        using EmbeddingModel loaded = EmbeddingModel.Load(model.Folder);
        using VectorIndex writer = VectorIndex.Open(Index);
        using IndexReader before = IndexReader.Open(Index);
        Assert.Equal((0, Files), (before.Count, before.Unfinished));
        var reader = new PassageReader(
            text =>
            {
                if (--calls == 0)
                    end.Cancel();
                return loaded.Tokenizer.CountTokens(text, addSpecialTokens: false);
            },
            new PassageOptions { Chunk = 8, Overlap = 2 });
        var run = new IndexRun(loaded, writer, reader, "", [], terminal)
        {
            Analyzer = PassageSearch.AnalyzerOf(Index, writer.Definition),
        };
        Assert.Throws<OperationCanceledException>(() => run.All([Files], before, new SkippedSummary()));
        writer.Commit(); // as the verb does
    }

    private static int Embedded(Outcome outcome) => int.Parse(
        Regex.Match(outcome.Output, @"\((\d+) passages\)").Groups[1].Value, CultureInfo.InvariantCulture);

    // Every passage with its vector, in the file's order.
    private static List<string> Passages(string index)
    {
        using IndexReader reader = IndexReader.Open(index);
        IdSet live = reader.Where(IndexFilter.Parse());
        float[] vector = new float[reader.KeptDimensions];
        var passages = new List<(long Start, string Text)>();
        for (int id = 0; id < reader.Ids; id++)
        {
            if (!live.Contains(id))
                continue;
            reader.Vector(id, vector);
            Passage passage = StoredPassage.Read(IndexedFile.PathOf(reader.Key(id)), reader.Payload(id));
            passages.Add((passage.Start, string.Join(' ', passage, string.Join(',', vector))));
        }
        return [.. passages.OrderBy(one => one.Start).Select(one => one.Text)];
    }

    private Outcome Run(params string[] args) => CommandLine.Run([.. args, "--model", model.Folder]);

    private void Write(int sections)
    {
        Directory.CreateDirectory(Files);
        File.WriteAllText(Long, string.Join("\n\n", Enumerable.Range(0, sections).Select(
            i => $"# {TinyModel.Words[i % 19]}\n\nships {TinyModel.Words[i % 21]}.")));
    }
}
