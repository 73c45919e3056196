using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>
/// sentence-transformers' Router (Asym in old files) of a sparse encoder without inference for queries: one side for
/// documents, and for queries a table of weights.
/// </summary>
internal static class SparseRouter
{
    /// <summary>Reads router_config.json, or config.json where old files have that.</summary>
    /// <returns>The file; the modules of documents; the folder of the queries' table.</returns>
    /// <exception cref="InvalidModelException">The routes are others, or a file is damaged.</exception>
    public static (string File, List<(string Type, string Folder)> Documents, string Table) Read(
        string folder, List<string> notes)
    {
        string file = Path.Combine(folder, "router_config.json");
        if (!File.Exists(file))
            file = Path.Combine(folder, "config.json");
        ConfigFile config = ConfigFile.Read(file);
        var types = new Dictionary<string, string>(config.OptionalStringMap("types"));
        ConfigFile structure = config.OptionalObject("structure")
            ?? throw config.Refuse("structure", "an object with the routes 'query' and 'document'");
        (string Type, string Folder)[] Route(string name) => Array.ConvertAll(
            structure.OptionalStrings(name) ?? throw structure.Refuse(name, "a list of modules"),
            module => (types.TryGetValue(module, out string? type) ? type
                : throw config.Refuse("types", $"an object that has {MessageText.Quote(module)}"),
                ContainedPath.Resolve(folder, module, file)));
        (string Type, string Folder)[] queries = Route("query"), documents = Route("document");
        if (structure.InnerKeys.Count != 2)
            throw config.Refuse("structure", "an object with the routes 'query' and 'document' alone");
        if (queries.Length != 1 || !SparseModules.IsOf(queries[0].Type, "SparseStaticEmbedding"))
        {
            throw new InvalidModelException(file,
                $"has {MessageText.Quote(string.Join(", ", queries.Select(module => module.Type)))} for queries; one "
                + "SparseStaticEmbedding is accepted.");
        }
        ConfigFile? parameters = config.OptionalObject("parameters");
        parameters?.OptionalOneOf("default_route", "document");
        parameters?.OptionalBool("allow_empty_key");
        if (parameters?.Raw("route_mappings") is { ValueKind: not JsonValueKind.Null } mappings
            && (mappings.ValueKind != JsonValueKind.Object || mappings.EnumerateObject().Any()))
        {
            throw parameters.Refuse("route_mappings", "none");
        }
        parameters?.Ignore("route_mappings");
        ModuleReader.AddUnread(config, notes);
        return (file, [.. documents], queries[0].Folder);
    }
}
