using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>
/// The folder of a classifier: plain, or a cross-encoder that sentence-transformers wrote with a modules.json of one
/// Transformer whose task is sequence-classification.
/// </summary>
internal static class ClassifierModules
{
    /// <summary>The transformer, and what the folder's other files say.</summary>
    /// <exception cref="InvalidModelException">The modules are others, or a file is damaged.</exception>
    public static (TransformerModule Transformer, PromptSettings Settings, List<string> Notes) Read(string path)
    {
        ModelFolder.Require(path);
        var unread = new List<string>();
        TransformerModule transformer;
        PromptSettings settings;
        if (Folder(path, unread) is { } folder)
        {
            settings = PromptSettings.Read(path, unread, "CrossEncoder", "SentenceTransformer");
            transformer = ModuleReader.ReadTransformer(folder, unread, "sequence-classification", "scores");
        }
        else
        {
            SentenceTransformersModules modules = SentenceTransformersModules.Read(path);
            (transformer, settings) = (modules.Transformer, modules.Settings);
            unread.AddRange(modules.UnreadKeys);
        }
        return (transformer, settings, unread.ConvertAll(key => $"{key} was not used."));
    }

    // The folder itself without a modules.json, or that of its only module; null where there are more modules, which
    // an embedding model has.
    private static string? Folder(string path, List<string> unread)
    {
        string file = Path.Combine(path, "modules.json");
        if (!Directory.Exists(path))
            throw new InvalidModelException(path, "there is no such folder.");
        if (!File.Exists(file))
            return path;
        JsonElement list = JsonText.Parse(file, JsonText.Read(file));
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != 1)
            return null;
        ConfigFile entry = ConfigFile.FromElement(file, list[0], "0.");
        string type = entry.String("type");
        if (!type.StartsWith("sentence_transformers.", StringComparison.Ordinal)
            || !type.EndsWith(".Transformer", StringComparison.Ordinal))
        {
            throw new InvalidModelException(file, $"asks for the module {MessageText.Quote(type)} alone; a "
                + "cross-encoder is a Transformer of sentence-transformers.");
        }
        entry.Ignore("idx", "name");
        string folder = ContainedPath.Resolve(path, entry.String("path"), file);
        ModuleReader.AddUnread(entry, unread);
        return folder;
    }
}
