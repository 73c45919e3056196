using System.Text;
using System.Text.Json.Nodes;

namespace Sextant.Tests.Models;

/// <summary>
/// Keys of config.json that change vectors in upstream's code: they are honoured, or refused unless they change
/// nothing.
/// </summary>
public class NeutralKeyTests
{
    private static readonly TokenSequence[] s_sequence = [new TokenSequence(Enumerable.Range(10, 40).ToArray())];

    public static TheoryData<string> Decoders => [.. GoldenTests.Decoders];

    [Theory]
    [MemberData(nameof(Decoders))]
    public void EachKeyOfTheAttentionsDirectionCounts(string fixture)
    {
        using var folder = new FamilyFolder(fixture);
        byte[] silent = With(folder, ("is_causal", null), ("use_bidirectional_attention", null));
        float[] causal = Vector(folder, silent, AttentionDirection.Causal);
        float[] bidirectional = Vector(folder, silent, AttentionDirection.Bidirectional);
        Assert.NotEqual(causal, bidirectional);
        Assert.Equal(causal, Vector(folder, silent));
        Assert.Equal(bidirectional, Vector(folder,
            With(folder, ("is_causal", null), ("use_bidirectional_attention", true))));
        Assert.Equal(causal, Vector(folder,
            With(folder, ("is_causal", null), ("use_bidirectional_attention", false))));
        Assert.Equal(bidirectional, Vector(folder,
            With(folder, ("is_causal", false), ("use_bidirectional_attention", null))));
        // What a caller asks for goes before both.
        Assert.Equal(causal, Vector(folder,
            With(folder, ("is_causal", null), ("use_bidirectional_attention", true)), AttentionDirection.Causal));
    }

    [Theory]
    [InlineData("qwen3", "is_causal", true, "the opposite of is_causal")]
    [InlineData("llama", "causal", false, "'causal' is false; accepted: true")]
    [InlineData("mistral", "bidirectional", true, "'bidirectional' is true; accepted: false")]
    [InlineData("gemma3", "use_causal_mask", "no", "'use_causal_mask' is 'no'; accepted: ")]
    [InlineData("bert", "is_causal", true, "'is_causal' is true; accepted: false")]
    [InlineData("modernbert", "causal_attention", true, "'causal_attention' is true; accepted: false")]
    [InlineData("bloom", "use_bidirectional_attention", true, "'use_bidirectional_attention' is true; accepted: false")]
    [InlineData("qwen2", "use_mrope", true, "'use_mrope' is true; accepted: false")]
    [InlineData("llama", "partial_rotary_factor", 0.5, "'partial_rotary_factor' is 0.5; accepted: 1")]
    [InlineData("deberta_v2", "attention_head_size", 7, "'attention_head_size' is 7; accepted: ")]
    [InlineData("t5", "dense_act_fn", "gelu", "'dense_act_fn' is 'gelu'; accepted: what feed_forward_proj says")]
    public void AKeyThatIsNotNeutralIsRefused(string fixture, string key, object value, string said)
    {
        using var folder = new FamilyFolder(fixture);
        (string, JsonNode?)[] keys = fixture == "qwen3" ? [("use_bidirectional_attention", true)] : [];
        var error = Assert.Throws<InvalidModelException>(
            () => Vector(folder, With(folder, [.. keys, (key, JsonValue.Create(value))])));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", "is_causal", false)]
    [InlineData("bert", "causal", null)]
    [InlineData("llama", "causal", true)]
    [InlineData("mistral", "bidirectional", false)]
    [InlineData("llama", "partial_rotary_factor", 1.0)]
    public void AKeyThatIsNeutralChangesNothing(string fixture, string key, object? value)
    {
        using var folder = new FamilyFolder(fixture);
        float[] expected = Vector(folder, Encoding.UTF8.GetBytes(folder.Config));
        Assert.Equal(expected, Vector(folder, With(folder, (key, JsonValue.Create(value)))));
    }

    [Fact]
    public void ThePrunedHeadsOfAModelAreRefused()
    {
        using var folder = new FamilyFolder("bert");
        Vector(folder, With(folder, ("pruned_heads", new JsonObject())));
        var error = Assert.Throws<InvalidModelException>(
            () => Vector(folder, With(folder, ("pruned_heads", new JsonObject { ["0"] = new JsonArray(1) }))));
        Assert.Contains("'pruned_heads'", error.Message, StringComparison.Ordinal);
    }

    // Encoders made of decoders take the mask away in code of their own.
    [Fact]
    public void ADecoderWithCodeOfItsOwnMustSayItsDirection()
    {
        using var folder = new FamilyFolder("llama");
        var map = new JsonObject { ["AutoModel"] = "modeling_own.OwnModel" };
        var error = Assert.Throws<InvalidModelException>(
            () => Vector(folder, With(folder, ("auto_map", map.DeepClone()))));
        Assert.Contains("is not run and may change what tokens see", error.Message, StringComparison.Ordinal);
        float[] asked = Vector(folder, With(folder, ("auto_map", map.DeepClone())), AttentionDirection.Bidirectional);
        Assert.Equal(asked, Vector(folder, With(folder, ("auto_map", map), ("is_causal", false))));
    }

    [Fact]
    public void TwoRotaryBasesThatDifferAreRefused()
    {
        using var folder = new FamilyFolder("llama");
        foreach (string key in new[] { "rope_scaling", "rope_parameters" })
        {
            var error = Assert.Throws<InvalidModelException>(() => Vector(folder, With(folder,
                ("rope_theta", 10000.0), (key, new JsonObject { ["rope_type"] = "default", ["rope_theta"] = 5e5 }))));
            Assert.Contains($"'{key}.rope_theta' is", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ABaseWithinRopeScalingCounts()
    {
        using var folder = new FamilyFolder("llama");
        float[] expected = Vector(folder, With(folder, ("rope_theta", 5e5)));
        foreach (JsonObject scaling in new JsonObject[]
            { new() { ["rope_type"] = "default", ["rope_theta"] = 5e5 }, new() { ["rope_theta"] = 5e5 } })
        {
            Assert.Equal(expected,
                Vector(folder, With(folder, ("rope_theta", null), ("rope_scaling", scaling))));
        }
    }

    [Fact]
    public void APartOfALayerThatTheFamilyLacksIsRefused()
    {
        using var folder = new ModelFolder();
        folder.Add("encoder.layer.1.attention.self.layer_norm_q.weight", ModelFolder.Hidden);
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(new() { Pooling = "cls" }).Dispose());
        Assert.Contains("layer 1 has 'encoder.layer.1.attention.self.layer_norm_q.weight'; the layers of bert have no "
            + "such part", error.Message, StringComparison.Ordinal);
        folder.Remove("encoder.layer.1.attention.self.layer_norm_q.weight");
        folder.Add("encoder.layer.1.rotary_emb.inv_freq", 8);
        folder.Add("adapter.weight", 8);
        folder.Load(new() { Pooling = "cls" }).Dispose();
    }

    private static byte[] With(FamilyFolder folder, params (string Key, JsonNode? Value)[] keys)
    {
        JsonObject config = JsonNode.Parse(folder.Config)!.AsObject();
        foreach ((string key, JsonNode? value) in keys)
            config[key] = value;
        return Encoding.UTF8.GetBytes(config.ToJsonString());
    }

    private static float[] Vector(FamilyFolder folder, byte[] config, AttentionDirection? attention = null)
    {
        using EmbeddingModel model = folder.Load(config, attention);
        var vector = new float[model.Dimensions];
        model.EmbedTokens(s_sequence, vector);
        return vector;
    }
}
