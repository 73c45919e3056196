using System.Runtime.CompilerServices;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Models;
using Sextant.Pooling;
using Sextant.Runtime;
using Sextant.Weights;

namespace Sextant;

/// <summary>From a folder and options to a model ready to run: what the modules say, what the caller changes.</summary>
internal static class ModelLoading
{
    public static LoadedModel Load(string path, EmbeddingOptions options, Device device)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = HubCache.Resolve(path);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        SentenceTransformersModules modules = SentenceTransformersModules.Read(path);
        return On(device, options, backend => Load(path, modules, options, device, backend));
    }

    /// <summary>Loads onto a new backend of a device, which is disposed of where loading fails.</summary>
    public static LoadedModel On(Device device, EmbeddingOptions options, Func<Backend, LoadedModel> load)
    {
        if (options.Threads is < 1 or > ThreadTeam.MaxThreads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Threads, $"1 to {ThreadTeam.MaxThreads} threads are accepted.");
        }
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        Backend backend = device.CreateBackend(options.Precision, options.Threads);
        try
        {
            return load(backend);
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    private static void RequireKnown<T>(T choice)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(choice))
        {
            throw new UnsupportedRequestException(
                $"{choice} is no {typeof(T).Name}; known are {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    private static LoadedModel Load(
        string path, SentenceTransformersModules modules, EmbeddingOptions options, Device device, Backend backend)
    {
        List<string> notes = UnusedKeys(modules);
        TransformerModule transformer = modules.Transformer;
        bool isTable = transformer.IsTable || (modules.IsPlain && StaticTable.IsIn(transformer.Folder));
        PoolingPlan pooling = isTable ? TablePooling(options) : Pooling(path, modules, options);
        (int[]? layers, float[]? weights) = Layers(modules, options);
        RequireKnown(options.Truncation);
        if (options.Attention is { } attention)
            RequireKnown(attention);
        var request = new BackboneRequest(
            layers?.Max(), options.Attention, options.MaxTokens ?? transformer.MaxTokens);
        Backbone backbone = isTable
            ? StaticTable.Load(transformer.Folder, backend, request, notes)
            : ModelCatalog.Load(transformer.Folder, backend, request, notes);
        LayerSelection selection = weights is null
            ? new LayerSelection(layers ?? [backbone.Shape.Layers])
            : LayerWeights.Select(layers!, weights, backbone.Shape.Hidden, backend);
        bool normalizes = isTable && modules.IsPlain
            && (modules.Settings.Normalize ?? StaticTable.Normalizes(transformer.Folder));
        HeadStep[] steps = Steps(modules, options, normalizes, backbone.Shape.Hidden * pooling.Count, backend);
        var head = new EmbeddingHead(
            pooling, backbone.Shape.Hidden, steps, options.Dimensions ?? modules.Settings.TruncateDimension);
        InputRules rules = InputRules.Of(backbone.Shape.Architecture);
        if (!isTable)
            rules = rules with { EndToken = EndToken.Read(transformer.Folder, options.EndToken) };
        ModelCard card = Describe(
            path, backbone, selection, head, device, backend, options, modules.Settings, notes) with
        {
            Pooling = pooling.Name,
            Normalized = head.IsNormalized,
            MaxTokens = MaxTokens(transformer, backbone.Shape.Positions, options.MaxTokens, notes),
            Prompt = options.Prompt ?? modules.Settings.DefaultPromptName,
            EndToken = rules.EndToken,
        };
        return new LoadedModel(
            backend, backbone, selection, head, card, new PromptBook(modules.Settings, card.Prompt),
            pooling.SkipsPrompt, transformer.LowerCase, rules, transformer.Folder);
    }

    /// <summary>A note for each key of the modules' files that nothing read.</summary>
    public static List<string> UnusedKeys(SentenceTransformersModules modules) =>
        [.. modules.UnreadKeys.Select(key => $"{key} was not used.")];

    // The layers whose states are averaged, one or several; null for the last one. With weights where they differ.
    private static (int[]? Layers, float[]? Weights) Layers(
        SentenceTransformersModules modules, EmbeddingOptions options)
    {
        int[]? average = options.AverageLayers is { Count: > 0 } list ? [.. list] : null;
        if (average is not null && options.Layers is not null)
            throw new UnsupportedRequestException("Layers and AverageLayers exclude each other.");
        int[]? layers = average ?? (options.Layers is { } layer ? [layer] : null);
        if (layers is null)
            return LayerWeights.Read(modules);
        return layers.Min() < 0
            ? throw new UnsupportedRequestException("Layers are counted from 0, the state before the first layer.")
            : (layers, null);
    }

    /// <summary>What a backbone, its head and the files say; the rest is the caller's to add.</summary>
    public static ModelCard Describe(
        string path, Backbone backbone, LayerSelection selection, OutputHead head, Device device, Backend backend,
        EmbeddingOptions options, PromptSettings settings, List<string> notes) => new()
        {
            Path = path,
            Architecture = backbone.Shape.Architecture,
            HiddenSize = backbone.Shape.Hidden,
            Layers = backbone.Shape.Layers,
            LayersInUse = selection.ToString(),
            Heads = backbone.Shape.Heads,
            KeyHeads = backbone.Shape.KeyHeads,
            HeadSize = backbone.Shape.HeadSize,
            Attention = backbone.Shape.Attention,
            PositionKind = backbone.Shape.PositionKind,
            IntermediateSize = backbone.Shape.Intermediate,
            VocabularySize = backbone.Shape.Vocabulary,
            MaxPositions = backbone.Shape.Positions,
            StoredType = backbone.Facts.StoredType.ToString(),
            Pooling = "",
            Normalized = false,
            Dimensions = head.Dimensions,
            Parameters = backbone.Facts.Parameters,
            PackedBytes = backend.WeightBytes,
            MaxTokens = backbone.Shape.Positions,
            Device = backend.Name,
            DeviceFallback = device.Fallback,
            Precision = device.Resolve(options.Precision),
            Truncation = options.Truncation,
            Prompts = settings.Prompts,
            Prompt = null,
            QueryPrompt = settings.QueryPromptName,
            DocumentPrompt = settings.DocumentPromptName,
            // Turned off is what the user did; compiled without is what nobody notices.
            Notes = !RuntimeFeature.IsDynamicCodeCompiled && InstructionSets.UnusedNote is { } note
                ? [.. notes, note] : notes,
        };

    private static PoolingPlan Pooling(string path, SentenceTransformersModules modules, EmbeddingOptions options)
    {
        PoolingModule? module = modules.Modules.OfType<PoolingModule>().FirstOrDefault();
        string? names = options.Pooling ?? module?.Pooling;
        if (names is null)
        {
            throw new InvalidModelException(path,
                "there is no pooling module in modules.json (or no modules.json), so the files do not say how token "
                + "states become a vector; name a pooling, such as mean or cls.");
        }
        return PoolingPlan.Parse(names, skipPrompt: module is { IncludePrompt: false });
    }

    // The mean is what makes a static table one, so the files do not name it; a caller may ask for another.
    private static PoolingPlan TablePooling(EmbeddingOptions options) =>
        PoolingPlan.Parse(options.Pooling ?? "mean", skipPrompt: false);

    private static HeadStep[] Steps(
        SentenceTransformersModules modules, EmbeddingOptions options, bool normalizes, int inputs, Backend backend)
    {
        var steps = new List<HeadStep>();
        foreach (EmbeddingModule module in modules.Modules)
        {
            if (ModuleSteps.Load(module, ref inputs, backend) is { } step)
                steps.Add(step);
            else if (module is PoolingModule pooling && options.Pooling is null && pooling.OutputSize != inputs)
            {
                throw new InvalidModelException(pooling.Folder,
                    $"the pooling is for hidden states of {pooling.InputSize}; the encoder does not have that size.");
            }
        }
        if (normalizes)
            steps.Add(HeadStep.Normalize);
        bool normalized = steps is [.., { IsNormalize: true }];
        if (options.Normalize == true && !normalized)
            steps.Add(HeadStep.Normalize);
        while (options.Normalize == false && steps is [.., { IsNormalize: true }])
            steps.RemoveAt(steps.Count - 1);
        return [.. steps];
    }

    /// <summary>The maximum number of tokens of a text.</summary>
    public static int MaxTokens(TransformerModule transformer, int positions, int? asked, List<string> notes)
    {
        if (asked is { } wanted)
        {
            if (wanted < 1 || wanted > positions)
            {
                throw new UnsupportedRequestException(
                    $"{wanted} tokens a text were asked for; this model takes 1 to {positions}.");
            }
            return wanted;
        }
        if (transformer.MaxTokens is { } stated)
        {
            if (stated > positions)
                notes.Add($"max_seq_length {stated} is more than the model's {positions} positions, which limit it.");
            return Math.Min(stated, positions);
        }
        ConfigFile? tokenizer = ConfigFile.ReadPythonIfPresent(
            Path.Combine(transformer.Folder, "tokenizer_config.json"));
        double limit = tokenizer?.OptionalNumber("model_max_length") ?? positions;
        if (limit < 1)
        {
            notes.Add("tokenizer_config.json: 'model_max_length' is less than 1, which is no limit.");
            limit = positions;
        }
        return (int)Math.Min(limit, positions);
    }
}
