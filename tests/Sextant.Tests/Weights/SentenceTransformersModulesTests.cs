using Sextant.Weights;

namespace Sextant.Tests.Weights;

public sealed class SentenceTransformersModulesTests : IDisposable
{
    private static readonly string s_invalid = Path.Combine(TestData.Fixtures, "invalid", "modules");
    private readonly ScratchFolder _scratch = new();

    public static TheoryData<string, string> Invalid => new()
    {
        { "no-list", "modules.json is a list of modules" },
        { "empty-list", "does not begin with a Transformer" },
        { "entry-no-object", "holds 1; a JSON object is accepted" },
        { "entry-without-type", "'0.type' is missing" },
        { "layer-norm", "'dimension' is 16; the module before it gives 8" },
        { "own-code", "'custom_st.Transformer'" },
        { "weighted-layers-late", "a WeightedLayerPooling where it has no layers to average" },
        { "word-embeddings", "'sentence_transformers.models.WordEmbeddings'; the Transformer, StaticEmbedding, Weighted" },
        { "pooling-of-a-table", "has a Pooling after its StaticEmbedding" },
        { "path-escapes", "names the path '../..'" },
        { "path-absolute", "names the path '/tmp'" },
        { "name-twice", "'1.name' is '0'; accepted: names that differ" },
        { "two-transformers", "two Transformers" },
        { "two-poolings", "two Poolings" },
        { "pooling-first", "does not begin with a Transformer" },
        { "no-pooling", "has no Pooling" },
        { "normalize-before-pooling", "a Dense or Normalize before its Pooling" },
        { "pooling-config-missing", "cannot be read" },
        { "pooling-no-size", "'word_embedding_dimension' is missing" },
        { "pooling-mode-unknown", "'pooling_mode' is 'median'; accepted: the names 'cls', 'max'" },
        { "pooling-modes-empty", "'pooling_mode' is an array" },
        { "pooling-mean-unsaid", "'pooling_mode_mean_tokens' is missing" },
        { "pooling-mode-number", "'pooling_mode_mean_tokens' is 1; accepted: true or false" },
        { "dense-size", "'in_features' is 16; the module before it gives 8" },
        { "dense-activation", "'activation_function' is 'torch.nn.modules.activation.Softsign'" },
        { "dense-own-code", "'activation_function' is 'mine.Tanh'" },
        { "dense-on-tokens", "'module_input_name' is 'token_embeddings'" },
        { "task-fill-mask", "'transformer_task' is 'fill-mask'" },
        { "default-prompt-unknown", "'default_prompt_name' is 'b'; accepted: 'query', 'document', 'a'" },
        { "prompt-no-string", "'prompts.a' is 1; accepted: a string" },
        { "similarity-unknown", "'similarity_fn_name' is 'jaccard'" },
        { "sparse-encoder", "'model_type' is 'SparseEncoder'" },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Invalid))]
    public void AnInvalidFolderIsRefused(string name, string said)
    {
        string folder = Path.Combine(s_invalid, name);
        var error = Assert.Throws<InvalidModelException>(() => SentenceTransformersModules.Read(folder));
        Assert.StartsWith(folder, error.File, StringComparison.Ordinal);
        Assert.Contains(said, error.Problem);
    }

    [Fact]
    public void EveryFixtureIsInTheTable() =>
        Assert.Equal(Directory.GetDirectories(s_invalid).Select(Path.GetFileName).Order(),
            Invalid.Select(row => row.Data.Item1).Order());

    // The files of all-MiniLM-L6-v2 as its model card's repository has them.
    [Fact]
    public void TheUsualThreeModules()
    {
        Modules(("", "models.Transformer"), ("1_Pooling", "models.Pooling"), ("2_Normalize", "models.Normalize"));
        Pooling("""
            {"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true,
             "pooling_mode_max_tokens": false, "pooling_mode_mean_sqrt_len_tokens": false}
            """);
        _scratch.Write("sentence_bert_config.json", """{"max_seq_length": 256, "do_lower_case": false}""");
        _scratch.Write("config_sentence_transformers.json", """
            {"__version__": {"sentence_transformers": "2.0.0", "transformers": "4.6.1", "pytorch": "1.8.1"}}
            """);
        SentenceTransformersModules read = SentenceTransformersModules.Read(_scratch.Path);
        Assert.False(read.IsPlain);
        Assert.Equal(
            [
                new TransformerModule(_scratch.Path, 256, false),
                new PoolingModule(Folder("1_Pooling"), "mean", 384, 384, true),
                new NormalizeModule(Folder("2_Normalize")),
            ],
            read.Modules);
        Assert.Empty(read.UnreadKeys);
        Assert.Equal(["document", "query"], read.Settings.Prompts.Keys.Order());
        Assert.Null(read.Settings.DefaultPromptName);
    }

    // The layout that sentence-transformers 5.4 writes: new module paths, one pooling_mode, prompts by name.
    [Fact]
    public void TheNewNamesMeanTheSame()
    {
        Modules(("", "base.modules.transformer.Transformer"),
            ("1_Pooling", "sentence_transformer.modules.pooling.Pooling"),
            ("2_Dense", "base.modules.dense.Dense"), ("3_Dropout", "sentence_transformer.modules.dropout.Dropout"),
            ("4_Normalize", "sentence_transformer.modules.normalize.Normalize"),
            ("5_Dense", "base.modules.dense.Dense"));
        Pooling("""{"embedding_dimension": 8, "pooling_mode": ["mean", "cls"], "include_prompt": false}""");
        _scratch.Write("2_Dense/config.json", """
            {"in_features": 16, "out_features": 4, "bias": false,
             "activation_function": "torch.nn.modules.linear.Identity", "module_input_name": "sentence_embedding",
             "module_output_name": "sentence_embedding", "use_residual": false}
            """);
        _scratch.Write("5_Dense/config.json", """{"in_features": 4, "out_features": 2}""");
        _scratch.Write("sentence_bert_config.json", """
            {"transformer_task": "feature-extraction", "module_output_name": "token_embeddings", "unpad_inputs": false,
             "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
             "query_length": 32}
            """);
        _scratch.Write("config_sentence_transformers.json", """
            {"model_type": "SentenceTransformer", "prompts": {"query": "search: ", "title": "t: "},
             "default_prompt_name": "title", "similarity_fn_name": "dot", "truncate_dim": 2}
            """);
        SentenceTransformersModules read = SentenceTransformersModules.Read(_scratch.Path);
        Assert.Equal(
            [
                new TransformerModule(_scratch.Path, null, false),
                new PoolingModule(Folder("1_Pooling"), "mean+cls", 8, 16, false),
                new DenseModule(Folder("2_Dense"), 16, 4, false, "identity"),
                new NormalizeModule(Folder("4_Normalize")),
                new DenseModule(Folder("5_Dense"), 4, 2, true, "tanh"),
            ],
            read.Modules);
        Assert.Equal([Path.Combine(_scratch.Path, "sentence_bert_config.json") + ": query_length"], read.UnreadKeys);
        Assert.Equal(("search: ", "", "t: "),
            (read.Settings.Prompts["query"], read.Settings.Prompts["document"], read.Settings.Prompts["title"]));
        Assert.Equal(("title", "dot", 2),
            (read.Settings.DefaultPromptName, read.Settings.Similarity, read.Settings.TruncateDimension));
    }

    // sentence-transformers joins in a fixed order, not in that of the keys (models/Pooling.py, forward).
    [Fact]
    public void OldPoolingKeysAreJoinedInTheLibrarysOrder()
    {
        Modules((".", "models.Transformer"), ("1_Pooling", "models.Pooling"));
        Pooling("""
            {"pooling_mode_lasttoken": true, "pooling_mode_weightedmean_tokens": true,
             "pooling_mode_mean_sqrt_len_tokens": true,
             "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true, "pooling_mode_cls_token": true,
             "word_embedding_dimension": 8}
            """);
        var pooling = (PoolingModule)SentenceTransformersModules.Read(_scratch.Path).Modules[1];
        Assert.Equal("cls+max+mean+mean_sqrt_len_tokens+weightedmean+lasttoken", pooling.Pooling);
        Assert.Equal(48, pooling.OutputSize);
    }

    [Theory]
    [InlineData("""{"word_embedding_dimension": 8}""", "mean")]
    [InlineData("""{"word_embedding_dimension": 8, "pooling_mode_mean_tokens": false}""", "mean")]
    [InlineData("""{"embedding_dimension": 8, "pooling_mode": "max", "pooling_mode_mean_tokens": true}""", "max")]
    [InlineData("""{"word_embedding_dimension": 8, "pooling_mode": "CLS"}""", "cls")]
    public void PoolingDefaults(string json, string expected)
    {
        Modules(("0_Transformer", "models.Transformer"), ("1_Pooling", "models.Pooling.Pooling"));
        Pooling(json);
        SentenceTransformersModules read = SentenceTransformersModules.Read(_scratch.Path);
        Assert.Equal(expected, ((PoolingModule)read.Modules[1]).Pooling);
        Assert.Equal(Folder("0_Transformer"), read.Transformer.Folder);
        Assert.Empty(read.UnreadKeys);
    }

    [Fact]
    public void AFolderWithoutModulesIsPlain()
    {
        SentenceTransformersModules read = SentenceTransformersModules.Read(_scratch.Path);
        Assert.True(read.IsPlain);
        Assert.Equal([new TransformerModule(_scratch.Path, null, false)], read.Modules);
        Assert.Throws<InvalidModelException>(() => SentenceTransformersModules.Read(Folder("absent")));
    }

    private string Folder(string name) => Path.Combine(_scratch.Path, name);

    private void Pooling(string json) => _scratch.Write("1_Pooling/config.json", json);

    private void Modules(params (string Path, string Type)[] modules) =>
        _scratch.Write("modules.json", "[" + string.Join(',', modules.Select((module, i) =>
            $$"""
            {"idx": {{i}}, "name": "{{i}}", "path": "{{module.Path}}", "type": "sentence_transformers.{{module.Type}}"}
            """)) + "]");
}
