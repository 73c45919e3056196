using Sextant.Weights;

namespace Sextant.Models;

/// <summary>The prompts of a loaded model, and which of them a <see cref="Prompt"/> means.</summary>
/// <param name="settings">As the model's files say.</param>
/// <param name="defaultName">The prompt of calls that name none; null: none.</param>
internal sealed class PromptBook(PromptSettings settings, string? defaultName)
{
    private readonly string _default = defaultName is null ? "" : Named(settings, defaultName);

    /// <summary>The text that a prompt means.</summary>
    /// <exception cref="UnsupportedRequestException">The model has no prompt of this name.</exception>
    public string TextOf(Prompt prompt) => prompt.Kind switch
    {
        PromptKind.Query => Given(settings.QueryPromptName),
        PromptKind.Document => Given(settings.DocumentPromptName),
        PromptKind.Name => Named(settings, prompt.Value!),
        PromptKind.Text => prompt.Value!,
        _ => _default,
    };

    private static string Named(PromptSettings settings, string name) =>
        settings.Prompts.TryGetValue(name, out string? text)
        ? text
        : throw new UnsupportedRequestException(
            $"the model has no prompt '{name}'; it has {string.Join(", ", settings.Prompts.Keys)}.");

    private string Given(string? name) => name is null ? "" : settings.Prompts[name];
}
