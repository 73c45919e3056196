using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tests.Weights;

namespace Sextant.Tests.Heads;

/// <summary>A sparse encoder's folder as sentence-transformers writes it.</summary>
public sealed class SparseModulesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sentence_transformers.sparse_encoder.models.MLMTransformer.MLMTransformer", "sentence_transformers.sparse_encoder.models.SpladePooling.SpladePooling")]
    [InlineData("sentence_transformers.sparse_encoder.models.MLMTransformer", "sentence_transformers.sparse_encoder.models.SpladePooling")]
    public void ItsModulesAreRead(string transformer, string pooling)
    {
        Write(transformer, pooling, """{"pooling_strategy":"max","activation_function":"relu","word_embedding_dimension":1000}""");
        using SparseEncoder model = SparseEncoder.Load(_folder.Path);
        using SparseEncoder plain = SparseEncoder.Load(Source);
        var (expected, actual) = (new SparseVectors(), new SparseVectors());
        plain.EmbedTokens([new TokenSequence(new[] { 1, 2, 3 })], expected);
        model.EmbedTokens([new TokenSequence(new[] { 1, 2, 3 })], actual);
        Assert.True(expected[0].SequenceEqual(actual[0]));
        Assert.Empty(model.Card.Notes);
        Assert.Equal((1000, 16), (model.VocabularySize, model.MaxTokens));
    }

    [Theory]
    [InlineData("sentence_transformers.sparse_encoder.models.MLMTransformer", "sentence_transformers.models.Normalize", "{}", "Normalize")]
    [InlineData("sentence_transformers.models.Transformer", "sentence_transformers.sparse_encoder.models.SpladePooling", "{}", "models.Transformer")]
    [InlineData("sentence_transformers.sparse_encoder.models.MLMTransformer", "sentence_transformers.sparse_encoder.models.SpladePooling", """{"activation_function":"relu6"}""", "'activation_function' is 'relu6'; accepted: 'relu', 'log1p_relu'")]
    [InlineData("own.MLMTransformer", "sentence_transformers.sparse_encoder.models.SpladePooling", "{}", "own.MLMTransformer")]
    [InlineData("sentence_transformers.sparse_encoder.models.MLMTransformer", "sentence_transformers.sparse_encoder.models.SpladePooling", """{"pooling_strategy":"mean"}""", "'pooling_strategy' is 'mean'; accepted: 'max', 'sum'")]
    public void OthersAreRefusedByName(string transformer, string pooling, string config, string named)
    {
        Write(transformer, pooling, config);
        var error = Assert.Throws<InvalidModelException>(() => SparseEncoder.Load(_folder.Path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    // The sum of the tokens' weights, by hand from the scores that the golden tests hold.
    [Theory]
    [InlineData("relu")]
    [InlineData("log1p_relu")]
    public void SumAddsTheWeightsOfTokens(string activation)
    {
        Write("sentence_transformers.sparse_encoder.models.MLMTransformer",
            "sentence_transformers.sparse_encoder.models.SpladePooling",
            $$"""{"pooling_strategy":"sum","activation_function":"{{activation}}"}""");
        int[][] texts = [[1, 2, 3], [900, 17, 33, 260, 41, 5, 5, 8], [7]];
        using TokenScorer scorer = TokenScorer.LoadMaskedLanguage(Source);
        SparseVectors? bits = null;
        foreach (Isa isa in InstructionSets.Supported)
        {
            using SparseEncoder model = SparseEncoder.Load(
                _folder.Path, new() { Device = new CpuDevice(new KernelSet(isa), null) });
            var vectors = new SparseVectors();
            var reports = new TextReport[texts.Length];
            model.EmbedTokens(Array.ConvertAll(texts, ids => new TokenSequence(ids)), vectors, reports);
            for (int i = 0; i < texts.Length; i++)
            {
                var scores = new float[texts[i].Length * 1000];
                scorer.Score(new TokenSequence(texts[i]), scores);
                double[] expected = [.. Enumerable.Range(0, 1000).Select(id => Enumerable.Range(0, texts[i].Length)
                    .Sum(t => Weight(Math.Max(0, scores[(t * 1000) + id]))))];
                var actual = new double[1000];
                foreach (TermWeight term in vectors[i])
                    actual[term.Id] = term.Weight;
                for (int id = 0; id < 1000; id++)
                    Assert.Equal(expected[id], actual[id], 1e-6 * (1 + expected.Max()));
                Assert.Equal(texts[i].Length, reports[i].Tokens);
                if (bits is not null)
                    Assert.True(bits[i].SequenceEqual(vectors[i]), $"{isa} {i}");
            }
            bits ??= vectors;
        }

        double Weight(double score) =>
            activation == "relu" ? Math.Log(1 + score) : Math.Log(1 + Math.Log(1 + score));
    }

    [Theory]
    [InlineData("router_config.json", "sentence_transformers.models.Router")]
    [InlineData("config.json", "sentence_transformers.models.Asym.Asym")]
    public void QueriesAreLookedUpInARoutersTable(string file, string type)
    {
        float[] table = Router(file, type);
        string[] queries = ["b a b", "", "c zebra", "a b c d e"];
        using SparseEncoder model = SparseEncoder.Load(_folder.Path, new() { MaxTerms = 3 });
        Assert.True(model.AreQueriesLookedUp);
        var vectors = new SparseVectors();
        var reports = new TextReport[4];
        model.EmbedQueries(queries, vectors, default, reports);
        Assert.Equal([new(5, table[5]), new(6, table[6])], vectors[0].ToArray());
        Assert.Empty(vectors[1].ToArray());
        Assert.Equal([new(1, table[1]), new(7, table[7])], vectors[2].ToArray()); // zebra is unknown
        Assert.Equal([6, 7, 8], vectors[3].ToArray().Select(term => term.Id)); // e weighs nothing
        Assert.Equal([new(3, 0, 0), new(0, 0, 0), new(2, 0, 1), new(5, 0, 0)], reports);
        var documents = new SparseVectors();
        model.EmbedTokens([new TokenSequence(new[] { 1, 2, 3 })], documents);
        using SparseEncoder plain = SparseEncoder.Load(Source, new() { MaxTerms = 3 });
        plain.EmbedTokens([new TokenSequence(new[] { 1, 2, 3 })], vectors);
        Assert.True(vectors[0].SequenceEqual(documents[0]));
        Assert.False(plain.AreQueriesLookedUp);
    }

    [Theory]
    [InlineData("query_0_SparseStaticEmbedding/config.json", """{"path":"idf.json"}""", "'path'")]
    [InlineData("router_config.json", """{"types":{},"structure":{"query":["q"],"document":[]}}""", "'q'")]
    [InlineData("router_config.json", """{"types":{},"structure":{"query":[]}}""", "'structure.document'")]
    [InlineData("router_config.json", """{"types":{"q":"sentence_transformers.models.Transformer"},"structure":{"query":["q"],"document":[]}}""", "models.Transformer' for queries")]
    public void OtherRoutesAreRefusedByName(string file, string json, string named)
    {
        Router("router_config.json", "sentence_transformers.models.Router");
        _folder.Write("router/" + file, json);
        var error = Assert.Throws<InvalidModelException>(() => SparseEncoder.Load(_folder.Path).Dispose());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATableThatDoesNotFitIsRefused()
    {
        Router("router_config.json", "sentence_transformers.models.Router");
        foreach ((int count, float value, string named) in new[] { (999, 1f, "999"), (1000, -1f, "none below 0") })
        {
            _folder.Write("router/query_0_SparseStaticEmbedding/model.safetensors",
                SafetensorsText.Floats(new() { ["weight"] = ([count], [.. Enumerable.Repeat(value, count)]) }));
            var error = Assert.Throws<InvalidModelException>(() => SparseEncoder.Load(_folder.Path).Dispose());
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
    }

    // A Router of a table for queries and the fixture's model for documents, in its own folder.
    private float[] Router(string file, string type)
    {
        const string room = "sentence_transformers.sparse_encoder.models.";
        _folder.Write("modules.json", $$"""[{"idx":0,"name":"0","path":"router","type":"{{type}}"}]""");
        _folder.Write("router/" + file, $$"""
            {"types":{"query_0_SparseStaticEmbedding":"{{room}}SparseStaticEmbedding","document_0_MLMTransformer":
              "{{room}}MLMTransformer","document_1_SpladePooling":"{{room}}SpladePooling"},
             "structure":{"query":["query_0_SparseStaticEmbedding"],"document":["document_0_MLMTransformer",
              "document_1_SpladePooling"]},
             "parameters":{"default_route":"document","allow_empty_key":true,"route_mappings":{ } } }
            """);
        _folder.Write("router/document_1_SpladePooling/config.json", "{}");
        foreach (string name in new[] { "config.json", "model.safetensors" })
            _folder.Write("router/document_0_MLMTransformer/" + name, File.ReadAllBytes(Path.Combine(Source, name)));
        float[] table = [.. Enumerable.Range(0, 1000).Select(id => id == 9 ? 0 : id / 100f)];
        const string query = "router/query_0_SparseStaticEmbedding/";
        _folder.Write(query + "config.json", """{"frozen":true}""");
        _folder.Write(query + "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne\n");
        _folder.Write(query + "model.safetensors", SafetensorsText.Floats(new() { ["weight"] = ([1000], table) }));
        return table;
    }

    private static string Source => TestData.Model("bert_mlm");

    private void Write(string transformer, string pooling, string config)
    {
        _folder.Write("modules.json",
            $$"""[{"idx":0,"name":"0","path":"","type":"{{transformer}}"},{"idx":1,"name":"1","path":"1_SpladePooling","type":"{{pooling}}"}]""");
        _folder.Write("1_SpladePooling/config.json", config);
        _folder.Write("sentence_bert_config.json", """{"max_seq_length":16,"do_lower_case":false}""");
        _folder.Write("config_sentence_transformers.json", """{"model_type":"SparseEncoder","prompts":{"query":"","document":""},"similarity_fn_name":"dot"}""");
        foreach (string name in new[] { "config.json", "model.safetensors" })
            File.CreateSymbolicLink(Path.Combine(_folder.Path, name), Path.Combine(Source, name));
    }
}
