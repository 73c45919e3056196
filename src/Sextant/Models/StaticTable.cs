using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// A static table: the vector of a text is the mean of its tokens' rows, with no layer in between. model2vec's files
/// (config.json with model_type model2vec) and sentence-transformers' StaticEmbedding.
/// </summary>
/// <remarks>
/// Names: 'embeddings' [rows, D] (model2vec) or 'embedding.weight' (StaticEmbedding); with 'mapping' [V], which row a
/// token has, and 'weights' [V], its factor, where the vocabulary was quantised. Such a table is spelled out at load:
/// row[token] = weight · embedding[mapping], rounded once. 8-bit rows are kept as f32.
/// </remarks>
internal static class StaticTable
{
    /// <summary>model_type of model2vec's config.json.</summary>
    public const string Model2Vec = "model2vec";

    /// <summary>What a StaticEmbedding without a config.json is called.</summary>
    public const string Plain = "static";

    // model2vec's files name no limit of their own but seq_length; anything above this is none.
    private const int NoLimit = 1 << 30;

    private static readonly string[] s_tables = ["embeddings", "embedding.weight"];

    /// <summary>Whether a folder without modules.json is a static table.</summary>
    public static bool IsIn(string folder)
    {
        ConfigFile? config = ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json"));
        if (config is not null)
            return IsModel2Vec(config);
        if (!File.Exists(Path.Combine(folder, "model.safetensors")))
            return false;
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        return Array.Exists(s_tables, name => checkpoint.TryFind(name, out _));
    }

    /// <summary>
    /// Whether a folder's config.json says that vectors are scaled to length one; where it does not say, they are not.
    /// </summary>
    public static bool Normalizes(string folder) =>
        ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json"))?.OptionalBool("normalize") ?? false;

    /// <summary>Most tokens of a text.</summary>
    public static int Positions(string folder) =>
        ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json")) is { } config && IsModel2Vec(config)
            ? Positions(config)
            : NoLimit;

    /// <summary>Loads the table of a folder with or without a config.json.</summary>
    public static Backbone Load(string folder, Backend backend, BackboneRequest request, List<string> notes)
    {
        ConfigFile? config = ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json"));
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        if (config is null || !IsModel2Vec(config))
            return Load(Plain, NoLimit, checkpoint, backend, request);
        Backbone backbone = Load(config, checkpoint, backend, request);
        foreach (string key in config.UnreadKeys)
            notes.Add($"config.json: '{key}' was not used.");
        return backbone;
    }

    /// <summary>Loads a model2vec table.</summary>
    public static Backbone Load(ConfigFile config, Checkpoint checkpoint, Backend backend, BackboneRequest request)
    {
        // How the table was made, which changes nothing in its use; hidden_dim need not be the width of the rows.
        config.Ignore("tokenizer_name", "apply_pca", "apply_zipf", "sif_coefficient", "hidden_dim", "architectures",
            "model_type", "normalize", "embedding_dtype", "vocabulary_quantization");
        return Load(Model2Vec, Positions(config), checkpoint, backend, request);
    }

    private static bool IsModel2Vec(ConfigFile config) =>
        config.IsString("model_type") && config.String("model_type") == Model2Vec;

    private static int Positions(ConfigFile config) => config.OptionalInt("seq_length", 1, int.MaxValue) ?? NoLimit;

    private static Backbone Load(string name, int limit, Checkpoint checkpoint, Backend backend, BackboneRequest request)
    {
        if (request.Layers > 0)
            throw new UnsupportedRequestException($"layer {request.Layers} was asked for; a static table has none.");
        if (request.Attention is not null)
            throw new UnsupportedRequestException("attention was asked for; in a static table no token sees another.");
        TensorInfo table = FindTable(checkpoint);
        checkpoint.TryFind("mapping", out TensorInfo? mapping);
        checkpoint.TryFind("weights", out TensorInfo? weights);
        int columns = Size(table, table.Shape[1]);
        long vocabulary = mapping?.Elements ?? weights?.Elements ?? table.Shape[0];
        string because = $"a static table of {vocabulary} tokens";
        if (mapping is not null)
            checkpoint.Require("mapping", [vocabulary], because);
        else
            checkpoint.Require(table.Name, [vocabulary, columns], because);
        if (weights is not null)
            checkpoint.Require("weights", [vocabulary], because);
        var rows = new StackedRows(checkpoint, table);
        Tensors.IRowSource source = mapping is null && weights is null
            ? rows
            : new WeightedRows(
                rows, Size(table, vocabulary), Mapping(checkpoint, mapping, rows.Rows), Values(checkpoint, weights));
        Table words = backend.LoadTable(source, keep16: true);
        var shape = new BackboneShape
        {
            Architecture = name,
            Hidden = columns,
            Layers = 0,
            Heads = 1,
            Intermediate = 1,
            Vocabulary = source.Rows,
            Positions = limit,
            Types = 1,
            Activation = Kernels.ActivationKind.Identity,
            Epsilon = 0,
            PositionKind = "none",
        };
        long parameters = table.Elements + (mapping?.Elements ?? 0) + (weights?.Elements ?? 0);
        return new Backbone(shape, new Embeddings(words, 1f, null, null, null, null), [], null, new BackboneFacts
        {
            StoredType = words.Type,
            Parameters = parameters,
            EmbeddingWidth = columns,
            PositionRows = 0,
            Unused = [],
        });
    }

    private static TensorInfo FindTable(Checkpoint checkpoint)
    {
        foreach (string name in s_tables)
        {
            if (!checkpoint.TryFind(name, out TensorInfo? table))
                continue;
            if (table.Shape.Length == 2 && table.Elements > 0)
                return table;
            throw new InvalidModelException(checkpoint.Location,
                $"'{name}' has {table.Shape.Length} dimensions and {table.Elements} elements; a static table has rows "
                + "and columns.");
        }
        throw new InvalidModelException(checkpoint.Location,
            $"there is no '{string.Join("' and no '", s_tables)}'; a static table is one of them.");
    }

    private static int Size(TensorInfo table, long size) => size <= int.MaxValue
        ? (int)size
        : throw new InvalidModelException(
            table.File, $"'{table.Name}' is for {size} tokens; at most {int.MaxValue} are supported.");

    private static int[]? Mapping(Checkpoint checkpoint, TensorInfo? tensor, int rows)
    {
        float[]? values = Values(checkpoint, tensor);
        if (values is null)
            return null;
        // Read as f32, which is exact up to 2^24 rows.
        if (rows > 1 << 24)
            throw new InvalidModelException(
                tensor!.File, $"'mapping' is for {rows} rows; at most {1 << 24} are supported.");
        var mapping = new int[values.Length];
        for (int i = 0; i < mapping.Length; i++)
        {
            if (!(values[i] >= 0 && values[i] < rows) || values[i] != MathF.Floor(values[i]))
                throw new InvalidModelException(
                    tensor!.File, $"'mapping' holds {values[i]} at {i}; rows 0 to {rows - 1} are there.");
            mapping[i] = (int)values[i];
        }
        return mapping;
    }

    private static float[]? Values(Checkpoint checkpoint, TensorInfo? tensor)
    {
        if (tensor is null)
            return null;
        var values = new float[tensor.Elements];
        checkpoint.ReadRows(tensor, 0, values);
        return values;
    }
}
