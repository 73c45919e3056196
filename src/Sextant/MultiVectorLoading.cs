using Sextant.Backends;
using Sextant.Heads;
using Sextant.Models;
using Sextant.Pooling;
using Sextant.Weights;

namespace Sextant;

/// <summary>From a folder and options to a backbone with a vector for each token.</summary>
internal static class MultiVectorLoading
{
    /// <summary>Loads what a plan says.</summary>
    /// <returns>The model; the limits of queries and documents.</returns>
    public static (LoadedModel Model, int QueryTokens, int DocumentTokens) Load(
        string path, MultiVectorPlan plan, EmbeddingOptions options)
    {
        (int Query, int Document) limits = default;
        Device device = options.Device ?? Device.Cpu;
        LoadedModel model = ModelLoading.On(device, options, backend =>
        {
            string folder = plan.Transformer.Folder;
            var notes = new List<string>(plan.Notes);
            int positions = ModelCatalog.Positions(folder);
            limits.Query = Limit(plan, plan.Query, positions, null, notes);
            limits.Document = Limit(plan, plan.Document, positions, options.MaxTokens, notes);
            int longest = Math.Max(limits.Query, limits.Document);
            Backbone backbone = ModelCatalog.Load(folder, backend, new BackboneRequest(null, null, longest), notes);
            RequireUnseen(plan, backbone, path);
            int width = backbone.Shape.Hidden;
            var steps = new List<HeadStep>();
            if (plan.IsInline)
                steps.Add(Inline(folder, backend, ref width, notes));
            foreach (EmbeddingModule module in plan.Modules)
            {
                if (ModuleSteps.Load(module, ref width, backend) is { } step)
                    steps.Add(step);
            }
            var head = new TokenVectorHead(new HeadSteps([.. steps], backbone.Shape.Hidden));
            var selection = new LayerSelection(backbone.Shape.Layers);
            InputRules rules = InputRules.Of(backbone.Shape.Architecture) with
            {
                EndToken = EndToken.Read(folder, null),
            };
            ModelCard card = ModelLoading.Describe(
                path, backbone, selection, head, device, backend, options, plan.Settings, notes) with
            {
                Pooling = "none: a vector for each token",
                Normalized = head.IsNormalized,
                MaxTokens = limits.Document,
                Prompt = plan.Settings.DefaultPromptName,
                EndToken = rules.EndToken,
            };
            return new LoadedModel(
                backend, backbone, selection, head, card, new PromptBook(plan.Settings, card.Prompt), false,
                plan.Transformer.LowerCase, rules, folder);
        });
        return (model, limits.Query, limits.Document);
    }

    private static int Limit(MultiVectorPlan plan, TextRole role, int positions, int? asked, List<string> notes)
    {
        TransformerModule transformer = role.MaxTokens is { } own
            ? plan.Transformer with { MaxTokens = own } : plan.Transformer;
        if (role.Expansion is not { } expansion)
            return ModelLoading.MaxTokens(transformer, positions, asked, notes);
        if (expansion.Length > positions)
        {
            throw new InvalidModelException(transformer.Folder,
                $"queries are filled up to {expansion.Length} tokens; the model has {positions} positions.");
        }
        return expansion.IsFixed
            ? expansion.Length
            : Math.Max(expansion.Length, ModelLoading.MaxTokens(transformer, positions, null, notes));
    }

    // Tokens that nothing sees are computed as copies, which stand at other distances from the keys.
    private static void RequireUnseen(MultiVectorPlan plan, Backbone backbone, string path)
    {
        if (plan.Query.Expansion is not { Attends: false } expansion || expansion.Length <= backbone.LongestUnseen)
            return;
        throw new InvalidModelException(path,
            $"queries are filled up to {expansion.Length} tokens that no token attends to; with "
            + $"{backbone.Shape.Architecture}'s attention ({backbone.Shape.Attention}, {backbone.Shape.PositionKind}) "
            + (backbone.LongestUnseen < 2 ? "that is not supported" : $"at most {backbone.LongestUnseen} are supported")
            + "; expansion that is attended to is.");
    }

    // The matrix among the encoder's tensors.
    private static HeadStep Inline(string folder, Backend backend, ref int width, List<string> notes)
    {
        using Checkpoint checkpoint = Checkpoint.OpenModel(folder);
        if (!checkpoint.TryFind("linear.weight", out TensorInfo? tensor) || tensor.Shape.Length != 2
            || tensor.Shape[0] is < 1 or > 1 << 24)
        {
            throw new InvalidModelException(checkpoint.Location,
                $"'linear.weight' [dimensions,{width}] is missing; a folder with the architecture HF_ColBERT has it.");
        }
        var loader = new Layers.WeightLoader(checkpoint, backend, "", $"HF_ColBERT on hidden states of {width}");
        int outputs = (int)tensor.Shape[0];
        Matrix matrix = backend.LoadMatrix(loader.Rows(outputs, width, "linear.weight"), null);
        notes.RemoveAll(note => note.StartsWith("'linear' ", StringComparison.Ordinal));
        width = outputs;
        return new HeadStep(matrix, Kernels.ActivationKind.Identity);
    }
}
