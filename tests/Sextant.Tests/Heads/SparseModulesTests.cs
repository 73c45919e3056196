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
    [InlineData("sentence_transformers.sparse_encoder.models.MLMTransformer", "sentence_transformers.sparse_encoder.models.SpladePooling", """{"pooling_strategy":"sum"}""", "'pooling_strategy' is 'sum'; accepted: 'max'")]
    public void OthersAreRefusedByName(string transformer, string pooling, string config, string named)
    {
        Write(transformer, pooling, config);
        var error = Assert.Throws<InvalidModelException>(() => SparseEncoder.Load(_folder.Path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
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
