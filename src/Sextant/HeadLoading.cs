using Sextant.Backends;
using Sextant.Heads;
using Sextant.Models;
using Sextant.Pooling;
using Sextant.Weights;

namespace Sextant;

/// <summary>From a folder and options to a backbone with the head its checkpoint carries.</summary>
internal static class HeadLoading
{
    /// <summary>Makes of a loaded head what stands after the backbone.</summary>
    public delegate OutputHead MakeHead(HeadPlan plan, TokenHead head);

    /// <summary>Loads a backbone with a head.</summary>
    /// <param name="path">The model's folder.</param>
    /// <param name="modules">The folder's transformer, and what its other files say.</param>
    /// <param name="options">What the caller wants.</param>
    /// <param name="find">Which head its config asks for.</param>
    /// <param name="make">Makes what stands after the backbone.</param>
    /// <param name="perVocabulary">Whether the head has a score for each token of the vocabulary.</param>
    /// <param name="read">Reads what else config.json says, so that those keys are not called unused.</param>
    public static LoadedModel Load(
        string path, (TransformerModule Transformer, PromptSettings Settings, List<string> Notes) modules,
        EmbeddingOptions options, Func<ConfigFile, HeadPlan> find, MakeHead make, bool perVocabulary,
        Action<ConfigFile, int>? read = null)
    {
        Device device = options.Device ?? Device.Cpu;
        return ModelLoading.On(device, options, backend =>
        {
            string folder = modules.Transformer.Folder;
            ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
            HeadPlan plan = find(config);
            var notes = new List<string>(modules.Notes);
            var request = new BackboneRequest(
                null, options.Attention, options.MaxTokens ?? modules.Transformer.MaxTokens);
            Backbone backbone = ModelCatalog.Load(folder, backend, request, notes);
            TokenHead head;
            using (Checkpoint checkpoint = Checkpoint.OpenModel(folder))
            {
                head = TokenHead.Load(
                    plan, checkpoint, backend, backbone.Shape.Hidden, perVocabulary ? backbone.Shape.Vocabulary : null);
            }
            read?.Invoke(config, head.Outputs);
            ForgetUsed(notes, config, head.Used);
            OutputHead output = make(plan, head);
            var selection = new LayerSelection(backbone.Shape.Layers);
            InputRules rules = InputRules.Of(backbone.Shape.Architecture) with
            {
                EndToken = EndToken.Read(folder, options.EndToken),
            };
            ModelCard card = ModelLoading.Describe(
                path, backbone, selection, output, device, backend, options, modules.Settings, notes) with
            {
                Pooling = plan.Kind,
                MaxTokens = ModelLoading.MaxTokens(
                    modules.Transformer, backbone.Shape.Positions, options.MaxTokens, notes),
                Prompt = modules.Settings.DefaultPromptName,
                EndToken = rules.EndToken,
            };
            return new LoadedModel(
                backend, backbone, selection, output, card, new PromptBook(modules.Settings, card.Prompt), false,
                modules.Transformer.LowerCase, rules, folder);
        });
    }

    /// <summary>The transformer of a folder with or without a modules.json.</summary>
    public static (TransformerModule Transformer, PromptSettings Settings, List<string> Notes) Modules(string path)
    {
        SentenceTransformersModules modules = SentenceTransformersModules.Read(path);
        return (modules.Transformer, modules.Settings, ModelLoading.UnusedKeys(modules));
    }

    // The backbone does not know what the head has used of the same files.
    private static void ForgetUsed(List<string> notes, ConfigFile config, IReadOnlySet<string> used)
    {
        IReadOnlyList<string> unread = config.UnreadKeys;
        notes.RemoveAll(note =>
        {
            string? key = Quoted(note, "config.json: ");
            if (key is not null)
                return !unread.Contains(key);
            string? group = Quoted(note, "");
            return group is not null && used.Any(name => name.StartsWith(group + ".", StringComparison.Ordinal));
        });

        static string? Quoted(string note, string before)
        {
            if (!note.StartsWith(before + "'", StringComparison.Ordinal))
                return null;
            int start = before.Length + 1;
            int end = note.IndexOf('\'', start);
            return end < 0 ? null : note[start..end];
        }
    }
}
