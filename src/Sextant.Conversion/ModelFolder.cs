using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sextant.Conversion;

/// <summary>Writes a model as sentence-transformers keeps it.</summary>
internal static class ModelFolder
{
    public const string WeightsName = "model.safetensors";

    /// <summary>How the folder's files are written.</summary>
    public static readonly JsonWriterOptions Json = new()
    {
        Indented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string[] PoolingModes =
        ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens"];

    public static void Write(
        string folder, StoredTensor[] tensors, BertConfig config, WordPieceVocabulary vocabulary,
        ConversionOptions options)
    {
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), tensors);
        File.WriteAllBytes(Path.Combine(folder, "vocab.txt"), vocabulary.ToBytes());
        WriteJson(folder, "tokenizer.json", vocabulary.WriteTokenizer);
        WriteJson(folder, "tokenizer_config.json", json => vocabulary.WriteConfig(json, config.Positions));
        WriteJson(folder, "special_tokens_map.json", vocabulary.WriteSpecialTokens);
        WriteJson(folder, "config.json", json => WriteConfig(json, config, vocabulary, options.IsHalf));
        WriteJson(folder, "modules.json", WriteModules);
        WriteJson(folder, "1_Pooling/config.json", json => WritePooling(json, config.Hidden, options.Pooling));
        WriteJson(folder, "2_Normalize/config.json", json => WriteObject(json, () => { }));
        WriteJson(folder, "sentence_bert_config.json", json => WriteObject(json, () =>
        {
            json.WriteNumber("max_seq_length", options.MaxTokens ?? config.Positions);
            json.WriteBoolean("do_lower_case", false); // the tokenizer does it
        }));
        WriteJson(folder, "config_sentence_transformers.json", json => WriteObject(json, () =>
        {
            json.WriteStartObject("prompts");
            if (options.QueryPrompt is { Length: > 0 } prompt)
                json.WriteString("query", prompt);
            json.WriteEndObject();
            json.WriteNull("default_prompt_name");
            json.WriteString("similarity_fn_name", "cosine");
        }));
    }

    private static void WriteConfig(
        Utf8JsonWriter json, BertConfig config, WordPieceVocabulary vocabulary, bool isHalf) =>
        WriteObject(json, () =>
        {
            json.WriteStartArray("architectures");
            json.WriteStringValue("BertModel");
            json.WriteEndArray();
            json.WriteString("model_type", "bert");
            json.WriteString("hidden_act", "gelu");
            json.WriteNumber("vocab_size", config.Words);
            json.WriteNumber("hidden_size", config.Hidden);
            json.WriteNumber("num_hidden_layers", config.Layers);
            json.WriteNumber("num_attention_heads", config.Heads);
            json.WriteNumber("intermediate_size", config.Intermediate);
            json.WriteNumber("max_position_embeddings", config.Positions);
            json.WriteNumber("type_vocab_size", config.Types);
            json.WriteNumber("layer_norm_eps", config.Epsilon);
            json.WriteNumber("pad_token_id", vocabulary.PaddingId);
            json.WriteString("position_embedding_type", "absolute");
            json.WriteString("torch_dtype", isHalf ? "float16" : "float32");
        });

    private static void WriteModules(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        int index = 0;
        foreach ((string path, string kind) in (ReadOnlySpan<(string, string)>)
            [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])
        {
            json.WriteStartObject();
            json.WriteNumber("idx", index);
            json.WriteString("name", $"{index++}");
            json.WriteString("path", path);
            json.WriteString("type", "sentence_transformers.models." + kind);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePooling(Utf8JsonWriter json, int hidden, string pooling) =>
        WriteObject(json, () =>
        {
            json.WriteNumber("word_embedding_dimension", hidden);
            string mode = pooling == "cls" ? "cls_token" : "mean_tokens";
            foreach (string one in PoolingModes)
                json.WriteBoolean("pooling_mode_" + one, one == mode);
        });

    private static void WriteObject(Utf8JsonWriter json, Action write)
    {
        json.WriteStartObject();
        write();
        json.WriteEndObject();
    }

    private static void WriteJson(string folder, string name, Action<Utf8JsonWriter> write)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream file = File.Create(path);
        using (var json = new Utf8JsonWriter(file, Json))
            write(json);
        file.Write("\n"u8);
    }
}
