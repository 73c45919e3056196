using System.Text.Json.Nodes;
using Sextant.Heads;
using Sextant.Tests.Weights;

namespace Sextant.Tests.Heads;

/// <summary>A late-interaction model's folder: what is read of it, and what is refused by name.</summary>
public sealed class MultiVectorModulesTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void TheKindIsFoundFromTheFolder()
    {
        Assert.All(LateFixture.Names, name => Assert.True(MultiVectorModules.AreIn(LateFixture.PathOf(name)), name));
        Assert.False(MultiVectorModules.AreIn(TestData.Model("bert")));
        Assert.False(MultiVectorModules.AreIn(TestData.Model("bert_mlm")));
        // The first versions of PyLate write no model_type.
        Copy("pylate");
        Change("config_sentence_transformers.json", json => json.AsObject().Remove("model_type"));
        Assert.True(MultiVectorModules.AreIn(_scratch.Path));
        using MultiVectorEncoder model = MultiVectorEncoder.Load(_scratch.Path);
        Assert.Equal(12, model.MaxQueryTokens);
    }

    [Theory]
    [InlineData("sentence-transformers", "modules.json", "1.type", "sentence_transformers.models.Pooling", "models.Pooling")]
    [InlineData("sentence-transformers", "modules.json", "2.type", "sentence_transformers.multi_vector_encoder.modules.HierarchicalPooling", "HierarchicalPooling")]
    [InlineData("sentence-transformers", "modules.json", "1.type", "pylate.models.Dense.Dense", "pylate.models.Dense.Dense")]
    [InlineData("sentence-transformers", "sentence_bert_config.json", "query_expansion.strategy", "longest", "'query_expansion.strategy' is 'longest'")]
    [InlineData("sentence-transformers", "sentence_bert_config.json", "query_expansion.length", 0, "'query_expansion.length' is 0")]
    [InlineData("sentence-transformers", "sentence_bert_config.json", "query_expansion.length", 41, "filled up to 41 tokens; the model has 40 positions")]
    [InlineData("sentence-transformers", "sentence_bert_config.json", "transformer_task", "retrieval", "'transformer_task' is 'retrieval'")]
    [InlineData("sentence-transformers", "1_Dense/config.json", "module_input_name", "sentence_embedding", "'module_input_name' is 'sentence_embedding'")]
    [InlineData("sentence-transformers", "1_Dense/config.json", "in_features", 8, "takes 8 values; what comes before it gives 16")]
    [InlineData("sentence-transformers", "3_Normalize/config.json", "module_input_name", "sentence_embedding", "'module_input_name' is 'sentence_embedding'")]
    [InlineData("sentence-transformers", "2_MultiVectorMask/config.json", "skiplist_tasks", "image", "'skiplist_tasks' is 'image'")]
    [InlineData("sentence-transformers", "config_sentence_transformers.json", "similarity_fn_name", "xtr", "'similarity_fn_name' is 'xtr'")]
    [InlineData("sentence-transformers", "config_sentence_transformers.json", "model_type", "SparseEncoder", "'model_type' is 'SparseEncoder'")]
    [InlineData("pylate", "config_sentence_transformers.json", "prompts.query", "search: ", "beside another 'query_prefix'")]
    [InlineData("pylate", "config_sentence_transformers.json", "query_expansion", "fixed", "'query_expansion' is 'fixed'")]
    [InlineData("pylate", "config_sentence_transformers.json", "query_length", 1, "'query_length' is 1")]
    [InlineData("colbert", "artifact.metadata", "similarity", "l2", "'similarity' is 'l2'")]
    [InlineData("colbert", "artifact.metadata", "interaction", "flipr", "'interaction' is 'flipr'")]
    [InlineData("colbert", "config.json", "architectures.0", "BertModel", "has no modules.json")]
    public void WhatIsNotSupportedIsRefusedByName(string layout, string file, string path, object value, string named)
    {
        Copy(layout);
        Change(file, json =>
        {
            string[] keys = path.Split('.');
            JsonNode at = json;
            foreach (string key in keys[..^1])
                at = at is JsonArray array ? array[int.Parse(key, null)]! : at[key]!;
            if (at is JsonArray list)
                list[int.Parse(keys[^1], null)] = JsonValue.Create(value);
            else
                at[keys[^1]] = JsonValue.Create(value);
        });
        var error = Assert.Throws<InvalidModelException>(() => MultiVectorEncoder.Load(_scratch.Path).Dispose());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pylate", "config_sentence_transformers.json", "query_prefix", "[Question] ", "'[Question]'")]
    [InlineData("colbert", "artifact.metadata", "query_token_id", "[unused9]", "'[unused9]'")]
    [InlineData("sentence-transformers", "sentence_bert_config.json", "query_expansion.token", "<fill>", "'<fill>'")]
    [InlineData("sentence-transformers", "tokenizer_config.json", "mask_token", null, "'mask_token' is missing")]
    public void TokensThatTheTokenizerDoesNotHaveAreToldByTheFirstQuery(
        string layout, string file, string path, string? value, string named)
    {
        Copy(layout);
        Change(file, json =>
        {
            JsonNode at = path.Contains('.', StringComparison.Ordinal) ? json[path.Split('.')[0]]! : json;
            at[path.Split('.')[^1]] = value;
        });
        using MultiVectorEncoder model = MultiVectorEncoder.Load(_scratch.Path);
        for (int i = 0; i < 2; i++)
        {
            var error = Assert.Throws<InvalidModelException>(() => model.EmbedQueries(["the cat"], new MultiVectors()));
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
        var vectors = new MultiVectors();
        model.EmbedTokens([new TokenSequence(new[] { 2, 7, 3 })], vectors);
        Assert.Equal(3 * model.Dimensions, vectors[0].Length);
    }

    [Fact]
    public void OnlyTheTokensOfAListAreKeptInDocuments()
    {
        Copy("sentence-transformers");
        var all = new MultiVectors();
        var kept = new MultiVectors();
        using (MultiVectorEncoder model = MultiVectorEncoder.Load(_scratch.Path))
            model.EmbedDocuments(["the cat sat on the mat"], all);
        Change("2_MultiVectorMask/config.json", json => json["keep_only_token_ids"] = new JsonArray(7, 11));
        using (MultiVectorEncoder model = MultiVectorEncoder.Load(_scratch.Path))
        {
            model.EmbedDocuments(["the cat sat on the mat"], kept);
            // [CLS] [D] the cat sat on the mat [SEP]: the, the, mat.
            Assert.Equal([.. all[0][(2 * 8)..(3 * 8)], .. all[0][(6 * 8)..(8 * 8)]], kept[0].ToArray());
            model.EmbedQueries(["the cat"], kept);
            Assert.Equal(12 * 8, kept[0].Length);
            // A document without vectors comes last.
            RankedDocument[] ranked = model.Rank("the cat", ["fog", "the cat"]);
            Assert.Equal([1, 0], ranked.Select(one => one.Index));
            Assert.Equal(float.NegativeInfinity, ranked[1].Score);
        }
    }

    [Fact]
    public void AnEmbeddingModelIsRefusedAndTheOtherWayRound()
    {
        Assert.Throws<InvalidModelException>(() => MultiVectorEncoder.Load(TestData.Model("bert")).Dispose());
        foreach (string name in LateFixture.Names)
            Assert.Throws<InvalidModelException>(() => EmbeddingModel.Load(LateFixture.PathOf(name)).Dispose());
    }

    // A bias by distance would be that of other distances.
    [Theory]
    [InlineData("t5", false)]
    [InlineData("mpnet", false)]
    [InlineData("deberta_v2", false)]
    [InlineData("llama", false)]
    [InlineData("nomic_bert", true)]
    [InlineData("roberta", true)]
    [InlineData("modernbert", false)] // 12 tokens, and windows of 8 on each side
    public void ExpansionThatNothingSeesIsForFamiliesWithoutABiasByDistance(string family, bool loads)
    {
        Copy("pylate", "config.json", "model.safetensors");
        foreach (string file in new[] { "config.json", "model.safetensors" })
            File.CreateSymbolicLink(Path.Combine(_scratch.Path, file), TestData.Model(family, file));
        JsonNode config = JsonNode.Parse(File.ReadAllText(TestData.Model(family, "config.json")))!;
        int hidden = (config["hidden_size"] ?? config["d_model"] ?? config["n_embd"])!.GetValue<int>();
        _scratch.Write("modules.json", """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"}]""");
        if (loads)
        {
            using MultiVectorEncoder model = MultiVectorEncoder.Load(_scratch.Path);
            Assert.Equal(hidden, model.Dimensions);
            return;
        }
        var error = Assert.Throws<InvalidModelException>(() => MultiVectorEncoder.Load(_scratch.Path).Dispose());
        Assert.Contains("that no token attends to", error.Message, StringComparison.Ordinal);
        Change("config_sentence_transformers.json", json => json["attend_to_expansion_tokens"] = true);
        MultiVectorEncoder.Load(_scratch.Path).Dispose();
    }

    private void Copy(string layout, params string[] but)
    {
        string source = LateFixture.PathOf(layout);
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(source, file);
            if (!but.Contains(name))
                _scratch.Write(name, File.ReadAllBytes(file));
        }
    }

    private void Change(string file, Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(_scratch.Path, file)))!;
        change(json);
        _scratch.Write(file, json.ToJsonString());
    }
}
