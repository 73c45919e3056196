using System.Globalization;
using System.Text;
using Sextant.Tests.Weights;

namespace Sextant.Tests.Models;

/// <summary>What families refuse, by name and with what is supported; and thousands of damaged configs.</summary>
public class FamilyConfigTests
{
    private const int Seed = 20261121;

    private const string OwnRotations = "\"rope_parameters\": {\"full_attention\": {\"rope_type\": \"default\", "
        + "\"rope_theta\": 1000000.0}, \"sliding_attention\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}}";

    [Theory]
    [InlineData("bert", "\"model_type\": \"bert\"", "\"model_type\": \"big_bird\"", "big_bird", "modernbert")]
    [InlineData("llama", "\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2.0}", "yarn", "linear")]
    [InlineData("llama", "\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"linear\"}", "factor", "number")]
    [InlineData("llama", "\"rope_scaling\": null",
        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 4.0, "
            + "\"high_freq_factor\": 1.0, \"original_max_position_embeddings\": 8192}",
        "high_freq_factor", "more than low_freq_factor")]
    [InlineData("llama", "\"rope_scaling\": null",
        "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}, \"rope_parameters\": {\"rope_type\": \"default\"}",
        "rope_scaling", "null beside rope_parameters")]
    [InlineData("llama", "\"rope_scaling\": null",
        "\"rope_parameters\": {\"rope_type\": \"default\", \"partial_rotary_factor\": 0.5}",
        "partial_rotary_factor", "all of a head")]
    [InlineData("bert", "\"model_type\": \"bert\"",
        "\"model_type\": \"bert\", \"quantization_config\": {\"quant_method\": \"bitsandbytes\"}",
        "quant_method", "compressed-tensors")]
    [InlineData("llama", "\"silu\"", "\"mish\"", "mish", "gelu_pytorch_tanh")]
    [InlineData("llama", "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads", "divisor")]
    [InlineData("gte_new", "\"type\": \"ntk\"", "\"type\": \"dynamic\"", "dynamic", "ntk")]
    [InlineData("gte_new", "\"position_embedding_type\": \"rope\"", "\"position_embedding_type\": \"absolute\"", "absolute", "rope")]
    [InlineData("gte_new", "\"num_attention_heads\": 4", "\"num_attention_heads\": 64", "num_attention_heads", "even")]
    [InlineData("nomic_bert", "\"activation_function\": \"swiglu\"", "\"activation_function\": \"sparsemax\"", "sparsemax", "swiglu")]
    [InlineData("nomic_bert", "\"rotary_scaling_factor\": null", "\"rotary_scaling_factor\": 2.0", "rotary_scaling_factor", "null")]
    [InlineData("nomic_bert", "\"prenorm\": false", "\"prenorm\": true", "prenorm", "false")]
    [InlineData("jina_bert_v2", "\"geglu\"", "\"swiglu\"", "swiglu", "reglu")]
    [InlineData("gemma3", "\"sliding_window_pattern\": 3", "\"layer_types\": [\"sliding_attention\"]", "layer_types", "each")]
    [InlineData("qwen3", "\"head_dim\": 32", "\"head_dim\": 31", "head_dim", "even")]
    [InlineData("mpnet", "\"relative_attention_num_buckets\": 32", "\"relative_attention_num_buckets\": 16", "relative_attention_bias", "[16,4]")]
    [InlineData("bloom", "\"n_layer\": 3", "\"n_layer\": 4", "h.3.", "bloom")]
    [InlineData("bloom", "\"apply_residual_connection_post_layernorm\": false", "\"apply_residual_connection_post_layernorm\": true", "apply_residual", "false")]
    [InlineData("deberta_v2", "\"share_att_key\": true", "\"share_att_key\": false", "share_att_key", "true")]
    [InlineData("deberta_v2", "\"position_biased_input\": false", "\"position_biased_input\": true", "position_biased_input", "false")]
    [InlineData("deberta_v2", "\"position_buckets\": 16", "\"position_buckets\": 16, \"conv_kernel_size\": 3", "conv_kernel_size", "convolution")]
    [InlineData("deberta_v2", "\"position_buckets\": 16", "\"position_buckets\": 32", "rel_embeddings", "[64,64]")]
    [InlineData("deberta_v2", "\"norm_rel_ebd\": \"layer_norm\"", "\"norm_rel_ebd\": \"rms\"", "norm_rel_ebd", "layer_norm")]
    [InlineData("t5", "\"feed_forward_proj\": \"relu\"", "\"feed_forward_proj\": \"gated-mish\"", "gated-mish", "gated-gelu")]
    [InlineData("t5", "\"feed_forward_proj\": \"relu\"", "\"feed_forward_proj\": \"gated-gelu\"", "is_gated_act", "feed_forward_proj")]
    [InlineData("t5", "\"relative_attention_num_buckets\": 32", "\"relative_attention_num_buckets\": 16", "relative_attention_bias", "[16,4]")]
    public void UnsupportedConfigsAreRefusedByName(
        string fixture, string found, string replaced, string named, string accepted)
    {
        using var folder = new FamilyFolder(fixture);
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(found, replaced));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(accepted, error.Message, StringComparison.Ordinal);
    }

    // The same model as configs have been written since rotations went into one object; the fixtures have the older
    // keys.
    [Theory]
    [InlineData("llama", "\"rope_theta\": 10000.0", "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}")]
    [InlineData("gemma3", "\"rope_local_base_freq\": 10000", OwnRotations)]
    [InlineData("embeddinggemma", "\"rope_local_base_freq\": 10000.0", OwnRotations)]
    [InlineData("modernbert", "\"local_rope_theta\": 10000.0", "\"layer_types\": [\"full_attention\", "
        + "\"sliding_attention\", \"sliding_attention\", \"full_attention\"], \"rope_parameters\": "
        + "{\"full_attention\": {\"rope_type\": \"default\", \"rope_theta\": 160000.0}, "
        + "\"sliding_attention\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}}")]
    public void TheNewerFormOfAConfigIsTheSameModel(string fixture, string found, string replaced)
    {
        using var folder = new FamilyFolder(fixture);
        using EmbeddingModel older = folder.Load(Encoding.UTF8.GetBytes(folder.Config));
        using EmbeddingModel newer = folder.Load(found, replaced);
        using EmbeddingModel other = folder.Load(
            found, replaced.Replace("10000.0", "20000.0", StringComparison.Ordinal));
        TokenSequence[] sequence = [new TokenSequence(Enumerable.Range(10, 90).ToArray())];
        float[] expected = Vector(older, sequence);
        Assert.Equal(expected, Vector(newer, sequence));
        Assert.NotEqual(expected, Vector(other, sequence));
    }

    [Theory]
    [InlineData("electra", "\"gelu\"", "\"gelu_python\"", "\"relu\"")]
    [InlineData("gemma2", "\"gelu_pytorch_tanh\"", "\"gelu_fast\"", "\"gelu\"")]
    public void AnActivationHasSeveralNames(string fixture, string name, string alias, string another)
    {
        using var folder = new FamilyFolder(fixture);
        TokenSequence[] sequence = [new TokenSequence(Enumerable.Range(10, 40).ToArray())];
        using EmbeddingModel model = folder.Load(Encoding.UTF8.GetBytes(folder.Config));
        using EmbeddingModel same = folder.Load(name, alias);
        using EmbeddingModel other = folder.Load(name, another);
        float[] expected = Vector(model, sequence);
        Assert.Equal(expected, Vector(same, sequence));
        Assert.NotEqual(expected, Vector(other, sequence));
    }

    [Fact]
    public void ABaseBesideRopeParametersCounts()
    {
        using var folder = new FamilyFolder("llama");
        TokenSequence[] sequence = [new TokenSequence(Enumerable.Range(10, 40).ToArray())];
        using EmbeddingModel older = folder.Load("\"rope_theta\": 10000.0", "\"rope_theta\": 500000.0");
        using EmbeddingModel newer = folder.Load(
            "\"rope_theta\": 10000.0", "\"rope_theta\": 500000.0, \"rope_parameters\": {\"rope_type\": \"default\"}");
        Assert.Equal(Vector(older, sequence), Vector(newer, sequence));
    }

    [Fact]
    public void LayerTypesOfGemma2Count()
    {
        using var folder = new FamilyFolder("gemma2");
        TokenSequence[] sequence = [new TokenSequence(Enumerable.Range(10, 90).ToArray())];
        using EmbeddingModel older = folder.Load(Encoding.UTF8.GetBytes(folder.Config));
        string types = ", \"layer_types\": [" + string.Join(',', Enumerable.Range(0, older.Card.Layers).Select(
                index => index % 2 == 0 ? "\"sliding_attention\"" : "\"full_attention\"")) + "]";
        using EmbeddingModel newer = folder.Load("\"model_type\": \"gemma2\"", "\"model_type\": \"gemma2\"" + types);
        using EmbeddingModel full = folder.Load("\"model_type\": \"gemma2\"", "\"model_type\": \"gemma2\""
            + types.Replace("sliding_attention", "full_attention", StringComparison.Ordinal));
        Assert.Equal(Vector(older, sequence), Vector(newer, sequence));
        Assert.NotEqual(Vector(older, sequence), Vector(full, sequence));
    }

    [Fact]
    public void ModernBertsBaseInWindowsIsTheFirstReleasesWhereItIsAbsent()
    {
        using var folder = new FamilyFolder("modernbert");
        TokenSequence[] sequence = [new TokenSequence(Enumerable.Range(10, 90).ToArray())];
        using EmbeddingModel given = folder.Load(Encoding.UTF8.GetBytes(folder.Config));
        using EmbeddingModel absent = folder.Load("\"local_rope_theta\": 10000.0", "\"repad_logits_with_grad\": false");
        using EmbeddingModel isNull = folder.Load("\"local_rope_theta\": 10000.0", "\"local_rope_theta\": null");
        using EmbeddingModel wide = folder.Load("\"local_rope_theta\": 10000.0", "\"local_rope_theta\": 160000.0");
        Assert.Equal(Vector(given, sequence), Vector(absent, sequence));
        Assert.Equal(Vector(wide, sequence), Vector(isNull, sequence));
        Assert.NotEqual(Vector(given, sequence), Vector(isNull, sequence));
    }

    [Theory]
    [InlineData("gemma3", "\"rope_local_base_freq\": 10000", "\"rope_parameters\": {\"rope_theta\": 10000.0}")]
    [InlineData("modernbert", "\"local_rope_theta\": 10000.0", "\"rope_parameters\": {\"rope_theta\": 10000.0}")]
    public void OneRotationIsNotTakenForTwo(string fixture, string found, string replaced)
    {
        using var folder = new FamilyFolder(fixture);
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(found, replaced));
        Assert.Contains("rope_parameters.full_attention", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", AttentionDirection.Causal, "bidirectional encoder")]
    [InlineData("modernbert", AttentionDirection.Causal, "bidirectional encoder")]
    [InlineData("bloom", AttentionDirection.Bidirectional, "BLOOM")]
    public void ADirectionThatAFamilyDoesNotHaveIsRefused(string fixture, AttentionDirection attention, string said)
    {
        using var folder = new FamilyFolder(fixture);
        var error = Assert.Throws<UnsupportedRequestException>(
            () => folder.Load(Encoding.UTF8.GetBytes(folder.Config), attention));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert_mlm", "cls.predictions")]
    [InlineData("bert_seqcls", "classifier")]
    [InlineData("electra", "discriminator_predictions")]
    [InlineData("llama", "lm_head")]
    public void WhatTheEncoderDoesNotNeedIsSaid(string fixture, string tensors)
    {
        using EmbeddingModel model = EmbeddingModel.Load(
            TestData.Model(fixture), new() { Pooling = "cls" });
        Assert.Contains(model.Card.Notes, note => note.Contains(tensors, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryKeyOfTheFixturesIsKnown()
    {
        foreach (string fixture in GoldenTests.Families)
        {
            using EmbeddingModel model = EmbeddingModel.Load(
                TestData.Model(fixture), new() { Pooling = "cls" });
            Assert.DoesNotContain(model.Card.Notes, note => note.StartsWith("config.json", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void DamagedConfigsGiveTypedErrorsOnly()
    {
        int mutations = int.Parse(Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS")
            ?? "2000", CultureInfo.InvariantCulture);
        var mutator = new JsonMutator(new Random(Seed));
        (int accepted, int refused) = (0, 0);
        foreach (string fixture in GoldenTests.Families)
        {
            using var folder = new FamilyFolder(fixture);
            byte[] valid = Encoding.UTF8.GetBytes(folder.Config);
            for (int i = 0; i < mutations / GoldenTests.Families.Length; i++)
            {
                byte[] mutant = mutator.Mutate(valid);
                try
                {
                    folder.Load(mutant).Dispose();
                    accepted++;
                }
                catch (InvalidModelException)
                {
                    refused++;
                }
                catch (Exception error)
                {
                    Assert.Fail(
                        $"seed {Seed}, mutation {i} of {fixture} gave {error}\n{Encoding.Latin1.GetString(mutant)}");
                }
            }
        }
        Assert.True(accepted > mutations / 100 && refused > mutations / 4, $"{accepted} accepted, {refused} refused");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}, {accepted} accepted, {refused} refused");
    }

    private static float[] Vector(EmbeddingModel model, TokenSequence[] sequence)
    {
        var vector = new float[model.Dimensions];
        model.EmbedTokens(sequence, vector);
        return vector;
    }
}
