using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Sextant.Cli.Tests;

/// <summary>
/// A complete BERT of random weights in a temporary folder: 32 dimensions, at most 64 tokens, a few words.
/// </summary>
public class TinyModel : IDisposable
{
    public const int Hidden = 32;
    public const int MaxTokens = 64;
    private const int Layers = 2;
    private const int Intermediate = 64;

    /// <summary>Every word here is one token.</summary>
    public static readonly string[] Words =
    [
        "the", "sky", "is", "blue", "grass", "green", "hello", "world", "one", "two", "three", "four", "five", "six",
        "seven", "eight", "nine", "ten", "ships", "sail", "over", "sea",
    ];

    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words, ".", ",", "!", "?", "-", "#",
        .. "abcdefghijklmnopqrstuvwxyz0123456789".Select(c => c.ToString()),
        .. "abcdefghijklmnopqrstuvwxyz0123456789".Select(c => "##" + c),
    ];

    private readonly Random _random = new(20251121);
    private readonly List<(string Name, int[] Shape, float[] Values)> _tensors = [];

    private readonly string _prefix;

    public TinyModel()
        : this("")
    {
    }

    /// <param name="prefix">Of the backbone's tensors: "" alone, "bert." beside a head.</param>
    protected TinyModel(string prefix)
    {
        _prefix = prefix;
        Write("config.json", $$"""
            {"architectures":["BertModel"],"model_type":"bert","hidden_size":{{Hidden}},"num_hidden_layers":{{Layers}},
            "num_attention_heads":2,"intermediate_size":{{Intermediate}},"vocab_size":{{Vocabulary.Length}},
            "max_position_embeddings":{{MaxTokens}},"type_vocab_size":2,"hidden_act":"gelu","layer_norm_eps":1e-12,
            "position_embedding_type":"absolute","pad_token_id":0}
            """);
        Write("modules.json", """
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
            {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
            {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
            """);
        Write("1_Pooling/config.json", $$"""
            {"word_embedding_dimension":{{Hidden}},"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,
            "pooling_mode_max_tokens":false,"pooling_mode_mean_sqrt_len_tokens":false}
            """);
        Directory.CreateDirectory(Path.Combine(Folder, "2_Normalize"));
        Write("sentence_bert_config.json", $$"""{"max_seq_length":{{MaxTokens}},"do_lower_case":false}""");
        Write("tokenizer_config.json", """{"do_lower_case":true,"tokenizer_class":"BertTokenizer"}""");
        Write("vocab.txt", string.Join('\n', Vocabulary) + "\n");
        AddTensors();
        AddHead();
        WriteTensors();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("sextant-model-").FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds what stands after the backbone.</summary>
    protected virtual void AddHead()
    {
    }

    protected static int VocabularySize => Vocabulary.Length;

    private void AddTensors()
    {
        Add(_prefix + "embeddings.word_embeddings.weight", Vocabulary.Length, Hidden);
        Add(_prefix + "embeddings.position_embeddings.weight", MaxTokens, Hidden);
        Add(_prefix + "embeddings.token_type_embeddings.weight", 2, Hidden);
        AddNorm(_prefix + "embeddings.LayerNorm");
        for (int layer = 0; layer < Layers; layer++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}encoder.layer.{layer}.");
            AddLinear(name + "attention.self.query", Hidden, Hidden);
            AddLinear(name + "attention.self.key", Hidden, Hidden);
            AddLinear(name + "attention.self.value", Hidden, Hidden);
            AddLinear(name + "attention.output.dense", Hidden, Hidden);
            AddNorm(name + "attention.output.LayerNorm");
            AddLinear(name + "intermediate.dense", Intermediate, Hidden);
            AddLinear(name + "output.dense", Hidden, Intermediate);
            AddNorm(name + "output.LayerNorm");
        }
    }

    protected void AddLinear(string name, int rows, int columns)
    {
        Add(name + ".weight", rows, columns);
        Add(name + ".bias", rows);
    }

    protected void AddNorm(string name)
    {
        Add(name + ".weight", Hidden);
        Array.Fill(_tensors[^1].Values, 1f);
        Add(name + ".bias", Hidden);
    }

    protected void Add(string name, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
            values[i] = _random.NextSingle() - 0.5f;
        _tensors.Add((name, shape, values));
    }

    private void WriteTensors()
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            long offset = 0;
            json.WriteStartObject();
            foreach ((string name, int[] shape, float[] values) in _tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (int size in shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += 4L * values.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        using FileStream file = File.Create(Path.Combine(Folder, "model.safetensors"));
        file.Write(BitConverter.GetBytes(header.Length));
        file.Write(header.ToArray());
        foreach ((_, _, float[] values) in _tensors)
            file.Write(MemoryMarshal.AsBytes<float>(values));
    }

    protected void Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }
}
