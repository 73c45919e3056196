using Sextant.Backends;
using Sextant.Pooling;

namespace Sextant.Models;

/// <summary>A model in a backend's memory, as one set of options wants it used.</summary>
internal sealed record LoadedModel(
    Backend Backend, Backbone Backbone, LayerSelection Layers, OutputHead Head, ModelCard Card, PromptBook Prompts,
    bool SkipsPrompt, bool LowerCase, InputRules Rules, string TokenizerFolder);
