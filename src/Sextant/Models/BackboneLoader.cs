using Sextant.Backends;
using Sextant.Layers;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Loads the weights that a plan names.</summary>
internal sealed class BackboneLoader
{
    private readonly BackbonePlan _plan;
    private readonly BackboneShape _shape;
    private readonly WeightLoader _loader;
    private readonly int _tokens;
    private readonly Dictionary<Rotation, Table> _rotations = [];

    private BackboneLoader(BackbonePlan plan, WeightLoader loader, int tokens)
    {
        _plan = plan;
        _shape = plan.Shape;
        _loader = loader;
        _tokens = tokens;
    }

    /// <summary>Loads the layers that a request asks for.</summary>
    public static Backbone Load(BackbonePlan plan, Checkpoint checkpoint, Backend backend, BackboneRequest request)
    {
        BackboneShape shape = plan.Shape;
        if (request.Layers > shape.Layers)
            throw new UnsupportedRequestException(
                $"layer {request.Layers} was asked for; this model has {shape.Layers}.");
        string? found = Array.Find(plan.Prefixes, p => checkpoint.TryFind(p + plan.Embeddings.Words, out _));
        if (found is null)
            RefuseOtherPrefix(plan, checkpoint);
        var loader = new WeightLoader(
            checkpoint, backend, found ?? plan.Prefixes[^1], $"{shape.Architecture} with hidden_size {shape.Hidden}");
        int tokens = Math.Min(shape.Positions, request.MaxTokens ?? shape.Positions);
        return new BackboneLoader(plan, loader, tokens).Load(request.Layers ?? shape.Layers, checkpoint);
    }

    // Names that begin with something else tell more than the first one that is missing.
    private static void RefuseOtherPrefix(BackbonePlan plan, Checkpoint checkpoint)
    {
        string words = plan.Embeddings.Words;
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            if (!tensor.Name.EndsWith("." + words, StringComparison.Ordinal))
                continue;
            string prefix = tensor.Name[..^words.Length];
            throw new InvalidModelException(tensor.File, $"the names of its tensors begin with "
                + $"{MessageText.Quote(prefix)} ({MessageText.Quote(tensor.Name)}); {plan.Shape.Architecture} needs "
                + $"{MessageText.Words(Array.ConvertAll(plan.Prefixes, p => p + words))}. Save the model without the "
                + "wrapper that put the prefix there.");
        }
    }

    private Backbone Load(int count, Checkpoint checkpoint)
    {
        var sources = new LayerSource[count];
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            sources[i] = Source(i);
            // Beside the matrices, room for the norms.
            bytes += sources[i].SizeIn(_loader.Backend) + 8L * (_shape.Hidden * sizeof(float) + 64);
        }
        Embeddings embeddings = LoadEmbeddings();
        _loader.Backend.Reserve(bytes);
        var layers = new TransformerLayer[count];
        for (int i = 0; i < count; i++)
            layers[i] = new TransformerLayer(_loader, sources[i], _plan.Bias, i);
        Norm? last = _plan.FinalNorm is { } name && count == _shape.Layers
            ? _loader.Norm(_shape.Hidden, name, _shape.Norm, _shape.Epsilon)
            : null;
        string layerNames = _plan.Layer.Prefix[.._plan.Layer.Prefix.IndexOf('#', StringComparison.Ordinal)];
        UnusedTensors.RefuseInLayers(
            checkpoint, _loader.Used, _loader.Prefix + layerNames, count, _shape.Architecture);
        int positions = 0;
        foreach (LayerSource source in sources)
            positions = Math.Max(positions, source.Attention.Positions);
        var backbone = new Backbone(_shape, embeddings, layers, last, new BackboneFacts
        {
            StoredType = count > 0 ? layers[0].StoredType : embeddings.StoredType,
            Parameters = _loader.Parameters,
            EmbeddingWidth = _plan.Embeddings.Width ?? _shape.Hidden,
            PositionRows = positions,
            Unused = UnusedTensors.Describe(checkpoint, _loader.Used, count < _shape.Layers),
        });
        _loader.Backend.Settle(() => Calibration.Run(backbone, _loader.Backend, count, _tokens));
        return backbone;
    }

    private Embeddings LoadEmbeddings()
    {
        EmbeddingPlan e = _plan.Embeddings;
        int width = e.Width ?? _shape.Hidden;
        Table words = _loader.Table(e.WordRows ?? _shape.Vocabulary, width, e.Words, keep16: true);
        Table? types = e.Types is null ? null : _loader.Table(_shape.Types, width, e.Types, keep16: false);
        Table? positions = e.Positions is null
            ? null
            : _loader.Table(e.PositionRows, width, e.Positions, keep16: false);
        Norm? norm = e.Norm is null ? null : _loader.Norm(width, e.Norm, _shape.Norm, _shape.Epsilon);
        MatrixSource? projection = e.Projection is null
            ? null
            : new MatrixSource(
                _loader.Rows(_shape.Hidden, width, e.Projection + ".weight"),
                _loader.Column(_shape.Hidden, e.Projection + ".bias"));
        return new Embeddings(words, e.Scale, types, positions, norm, projection?.Load(_loader.Backend));
    }

    private LayerSource Source(int index)
    {
        LayerPlan plan = _plan.Layer;
        string layer = plan.Prefix.Replace("#", MessageText.Number(index), StringComparison.Ordinal);
        AttentionShape attention = _plan.Attention?.Invoke(index) ?? BackbonePlan.FullAttention(_shape);
        int queries = attention.Heads * attention.HeadSize;
        int keys = attention.KeyHeads * attention.HeadSize;
        int wide = _shape.Gated ? 2 * _shape.Intermediate : _shape.Intermediate;
        int[] qkv = plan.Qkv.Length == 1 ? [queries + 2 * keys] : [queries, keys, keys];
        int[] up = plan.Up.Length == 1 ? [wide] : [wide / 2, wide / 2];
        NormNames norms = plan.Norms;
        return new LayerSource
        {
            Hidden = _shape.Hidden,
            Qkv = Matrix(qkv, _shape.Hidden, plan.QkvBias, plan.QkvOrder, layer, plan.Qkv),
            Output = Matrix([_shape.Hidden], queries, plan.OutputBias, null, layer, plan.Output),
            Up = Matrix(up, _shape.Hidden, plan.UpBias, plan.UpOrder, layer, plan.Up),
            Down = Matrix([_shape.Hidden], _shape.Intermediate, plan.DownBias, null, layer, plan.Down),
            Norms = new NormNames(
                index < plan.LayersWithoutFirstNorm ? null : Named(layer, norms.BeforeAttention),
                Named(layer, norms.AfterAttention), Named(layer, norms.BeforeFeedForward),
                Named(layer, norms.AfterFeedForward), Named(layer, norms.Query), Named(layer, norms.Key)),
            NormKind = _shape.Norm,
            NormPosition = _shape.NormPosition,
            Epsilon = _shape.Epsilon,
            Attention = attention,
            Activation = _shape.Activation,
            Gated = _shape.Gated,
            Rotation = _plan.Rotation is null ? null : RotationTable(_plan.Rotation(index)),
        };
    }

    private static string? Named(string layer, string? name) => name is null ? null : layer + name;

    private MatrixSource Matrix(
        int[] parts, int inputs, bool bias, int[]? order, string layer, params string[] names)
    {
        IRowSource rows = _loader.Rows(parts, inputs, Array.ConvertAll(names, name => layer + name + ".weight"));
        IRowSource? column = bias
            ? _loader.Column(parts, Array.ConvertAll(names, name => layer + name + ".bias"))
            : null;
        if (order is null)
            return new MatrixSource(rows, column);
        return new MatrixSource(new OrderedRows(rows, order), column is null ? null : new OrderedRows(column, order));
    }

    // Layers that turn alike share a table.
    private Table RotationTable(Rotation rotation)
    {
        if (!_rotations.TryGetValue(rotation, out Table? table))
        {
            table = _loader.Table(_tokens, rotation.Columns, rotation.Write);
            _rotations.Add(rotation, table);
        }
        return table;
    }
}
