using System.Globalization;
using System.Text;
using Sextant.Backends;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>The families there are: one line each.</summary>
internal static class ModelCatalog
{
    /// <summary>In the order of the README's table, which is made of this.</summary>
    public static readonly IReadOnlyList<Family> Families =
    [
        new("bert", Bert.Read, "learned positions; Jina 2: ALiBi, gated",
            "all-MiniLM-L6-v2, bge-base-en-v1.5, e5-base-v2, jina-embeddings-v2-base-en"),
        new("roberta", Roberta.Read, "positions counted from the padding id", "all-distilroberta-v1"),
        new("xlm-roberta", Roberta.Read, "the same", "bge-m3, multilingual-e5-base"),
        new("camembert", Roberta.Read, "the same", "sentence-camembert-base"),
        new("distilbert", DistilBert.Read, "no token types", "msmarco-distilbert-base-v4"),
        new("mpnet", Mpnet.Read, "learned positions and a bias by distance", "all-mpnet-base-v2"),
        new("electra", Electra.Read, "projected embeddings", "electra-small-discriminator"),
        new("nomic_bert", NomicBert.Read, "rotary, SwiGLU", "nomic-embed-text-v1.5"),
        new("new", Gte.Read, "rotary with NTK scaling, GeGLU", "gte-base-en-v1.5, gte-multilingual-base"),
        new("gte", Gte.Read, "the same as new", "snowflake-arctic-embed-m-v2.0"),
        new("modernbert", ModernBert.Read, "rotary, windows, GeGLU, norms before",
            "gte-modernbert-base, modernbert-embed-base"),
        new("deberta-v2", Deberta.Read, "DeBERTa 2 and 3: disentangled attention, distances in buckets",
            "nli-deberta-v3-base, mxbai-rerank-base-v1"),
        new("t5", T5.Read, "the encoder: RMSNorm before, a bias by distance", "sentence-t5-base, gtr-t5-base"),
        new("mt5", T5.Read, "the same", "mt5-base as an encoder"),
        new("llama", Llama.Read, "decoder: shared keys, linear and Llama-3 scaling",
            "TinyLlama, Llama 2 and 3 as encoders"),
        new("mistral", Llama.ReadMistral, "decoder: window", "e5-mistral-7b-instruct"),
        new("qwen2", Qwen.ReadQwen2, "decoder: biases on queries, keys, values", "gte-Qwen2-1.5B-instruct"),
        new("qwen3", Qwen.ReadQwen3, "decoder: a norm on each head", "Qwen3-Embedding-0.6B"),
        new("gemma", Gemma.Read, "decoder: GeGLU, one head of keys", "gemma-2b as an encoder"),
        new("gemma2", Gemma.ReadGemma2, "decoder: softcap, windows, norms around", "bge-multilingual-gemma2"),
        new("gemma3_text", Gemma3.Read, "decoder or bidirectional: windows, two rotary bases", "embeddinggemma-300m"),
        new("bloom", Bloom.Read, "decoder: ALiBi", "sgpt-bloom-7b1-msmarco"),
        new(StaticTable.Model2Vec, "a table, no layers", "potion-base-8M", StaticTable.Load, null),
    ];

    /// <summary>The families as the README's table.</summary>
    public static string Table()
    {
        var table = new StringBuilder("| model_type | what sets it apart | such as |\n|---|---|---|\n");
        foreach (Family family in Families)
            table.Append(
                CultureInfo.InvariantCulture, $"| `{family.ModelType}` | {family.Traits} | {family.Examples} |\n");
        return table.ToString();
    }

    /// <summary>Loads the backbone that the folder's config.json asks for.</summary>
    public static Backbone Load(string folder, Backend backend, BackboneRequest request, List<string> notes)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        Family family = FamilyOf(config);
        using Checkpoint checkpoint = Checkpoint.OpenModel(folder, notes, QuantizationScheme.Read(config));
        Backbone backbone = family.Load(config, checkpoint, backend, request);
        ConfigKeys.Judge(config, backbone.Shape, request.Attention is not null, notes);
        notes.AddRange(backbone.Facts.Unused);
        return backbone;
    }

    /// <summary>How many positions the backbone of a folder has, by its config.json alone.</summary>
    public static int Positions(string folder)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        return FamilyOf(config).Read is { } read
            ? read(config, null).Shape.Positions
            : StaticTable.Positions(folder);
    }

    private static Family FamilyOf(ConfigFile config)
    {
        var names = new string[Families.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = Families[i].ModelType;
        return Families[Array.IndexOf(names, config.OneOf("model_type", names))];
    }
}
