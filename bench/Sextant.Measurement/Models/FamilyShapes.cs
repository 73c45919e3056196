namespace Sextant.Measurement.Models;

/// <summary>
/// One published size for each family. Vocabularies above 32,000 are cut to that, and large decoders have some of their
/// layers: neither changes the speed of a layer.
/// </summary>
internal static class FamilyShapes
{
    public static readonly IReadOnlyList<FamilyShape> All =
    [
        new("all-MiniLM-L6-v2", "bert", "f32", "6 of 6", """
            {"model_type":"bert","hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,
            "intermediate_size":1536,"vocab_size":30522,"max_position_embeddings":512}
            """),
        new("all-distilroberta-v1", "roberta", "f32", "6 of 6", """
            {"model_type":"roberta","hidden_size":768,"num_hidden_layers":6,"num_attention_heads":12,
            "intermediate_size":3072,"vocab_size":30522,"max_position_embeddings":514,"type_vocab_size":1,
            "pad_token_id":1}
            """),
        new("multilingual-e5-base", "xlm_roberta", "f32", "12 of 12", """
            {"model_type":"xlm-roberta","hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,
            "intermediate_size":3072,"vocab_size":30522,"max_position_embeddings":514,"type_vocab_size":1,
            "pad_token_id":1}
            """),
        new("msmarco-distilbert-base-v4", "distilbert", "f32", "6 of 6", """
            {"model_type":"distilbert","dim":768,"n_layers":6,"n_heads":12,"hidden_dim":3072,"vocab_size":30522,
            "max_position_embeddings":512}
            """),
        new("all-mpnet-base-v2", "mpnet", "f32", "12 of 12", """
            {"model_type":"mpnet","hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,
            "intermediate_size":3072,"vocab_size":30522,"max_position_embeddings":514}
            """)
        {
            Others = [new SyntheticTensor("encoder.relative_attention_bias.weight", 0, 32, 12)],
        },
        new("electra-small", "electra", "f32", "12 of 12", """
            {"model_type":"electra","hidden_size":256,"num_hidden_layers":12,"num_attention_heads":4,
            "intermediate_size":1024,"vocab_size":30522,"embedding_size":128,"max_position_embeddings":512}
            """),
        new("jina-embeddings-v2-small", "jina_bert_v2", "f32", "4 of 4", """
            {"model_type":"bert","hidden_size":512,"num_hidden_layers":4,"num_attention_heads":8,
            "intermediate_size":2048,"vocab_size":30522,"position_embedding_type":"alibi",
            "feed_forward_type":"geglu","max_position_embeddings":8192}
            """),
        new("nomic-embed-text-v1.5", "nomic_bert", "f32", "12 of 12", """
            {"model_type":"nomic_bert","n_embd":768,"n_layer":12,"n_head":12,"n_inner":3072,"vocab_size":30528,
            "n_positions":8192,"activation_function":"swiglu","rotary_emb_fraction":1.0,"rotary_emb_base":1000,
            "qkv_proj_bias":false,"mlp_fc1_bias":false,"mlp_fc2_bias":false,"type_vocab_size":2}
            """),
        new("gte-base-en-v1.5", "gte_new", "f32", "12 of 12", """
            {"model_type":"new","hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,
            "intermediate_size":3072,"vocab_size":30522,"max_position_embeddings":8192,"rope_theta":500000,
            "rope_scaling":{"type":"ntk","factor":2.0}}
            """),
        new("modernbert-base", "modernbert", "f32", "22 of 22", """
            {"model_type":"modernbert","hidden_size":768,"num_hidden_layers":22,"num_attention_heads":12,
            "intermediate_size":1152,"vocab_size":30522,"max_position_embeddings":8192,
            "global_attn_every_n_layers":3,"local_attention":128,"global_rope_theta":160000,
            "local_rope_theta":10000}
            """),
        new("deberta-v3-base", "deberta_v2", "f32", "12 of 12", """
            {"model_type":"deberta-v2","hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,
            "intermediate_size":3072,"vocab_size":32000,"max_position_embeddings":512,"max_relative_positions":-1,
            "position_buckets":256,"norm_rel_ebd":"layer_norm","relative_attention":true,"share_att_key":true,
            "position_biased_input":false,"pos_att_type":["p2c","c2p"],"type_vocab_size":0}
            """)
        {
            Others =
            [
                new SyntheticTensor("encoder.rel_embeddings.weight", 0, 512, 768),
                new SyntheticTensor("encoder.LayerNorm.weight", 1, 768),
                new SyntheticTensor("encoder.LayerNorm.bias", 0, 768),
            ],
        },
        new("sentence-t5-base", "t5", "f32", "12 of 12", """
            {"model_type":"t5","d_model":768,"d_ff":3072,"d_kv":64,"num_heads":12,"num_layers":12,"vocab_size":32000}
            """)
        {
            Others =
            [
                new SyntheticTensor(
                    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", 0, 32, 12),
            ],
        },
        new("TinyLlama-1.1B", "llama", "bf16", "2 of 22", """
            {"model_type":"llama","hidden_size":2048,"num_hidden_layers":2,"num_attention_heads":32,
            "intermediate_size":5632,"vocab_size":32000,"num_key_value_heads":4,"max_position_embeddings":2048}
            """),
        new("e5-mistral-7b", "mistral", "bf16", "1 of 32", """
            {"model_type":"mistral","hidden_size":4096,"num_hidden_layers":1,"num_attention_heads":32,
            "intermediate_size":14336,"vocab_size":32000,"num_key_value_heads":8,"sliding_window":4096,
            "max_position_embeddings":4096}
            """),
        new("gte-Qwen2-1.5B", "qwen2", "bf16", "2 of 28", """
            {"model_type":"qwen2","hidden_size":1536,"num_hidden_layers":2,"num_attention_heads":12,
            "intermediate_size":8960,"vocab_size":32000,"num_key_value_heads":2,"rope_theta":1000000,
            "max_position_embeddings":4096}
            """),
        new("Qwen3-Embedding-0.6B", "qwen3", "bf16", "4 of 28", """
            {"model_type":"qwen3","hidden_size":1024,"num_hidden_layers":4,"num_attention_heads":16,
            "intermediate_size":3072,"vocab_size":32000,"num_key_value_heads":8,"head_dim":128,
            "rope_theta":1000000,"max_position_embeddings":4096}
            """),
        new("gemma-2b", "gemma", "bf16", "2 of 18", """
            {"model_type":"gemma","hidden_size":2048,"num_hidden_layers":2,"num_attention_heads":8,
            "intermediate_size":16384,"vocab_size":32000,"num_key_value_heads":1,"head_dim":256,
            "max_position_embeddings":4096}
            """),
        new("gemma-2-2b", "gemma2", "bf16", "2 of 26", """
            {"model_type":"gemma2","hidden_size":2304,"num_hidden_layers":2,"num_attention_heads":8,
            "intermediate_size":9216,"vocab_size":32000,"num_key_value_heads":4,"head_dim":256,
            "query_pre_attn_scalar":256,"attn_logit_softcapping":50.0,"sliding_window":4096,
            "max_position_embeddings":4096}
            """),
        new("embeddinggemma-300m", "embeddinggemma", "bf16", "24 of 24", """
            {"model_type":"gemma3_text","hidden_size":768,"num_hidden_layers":24,"num_attention_heads":3,
            "intermediate_size":1152,"vocab_size":32000,"num_key_value_heads":1,"head_dim":256,
            "query_pre_attn_scalar":256,"sliding_window":512,"use_bidirectional_attention":true,
            "max_position_embeddings":2048}
            """),
        new("bloom-560m", "bloom", "bf16", "4 of 24", """
            {"model_type":"bloom","n_embed":1024,"n_layer":4,"n_head":16,"vocab_size":32000}
            """),
    ];
}
