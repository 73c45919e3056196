using System.Globalization;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Indexes;

/// <summary>The indexes that are served.</summary>
internal sealed class IndexSet(ModelSet models) : IAsyncDisposable
{
    private readonly Dictionary<string, ServedIndex> _indexes = new(StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IEnumerable<ServedIndex> All => _indexes.Values.OrderBy(one => one.Name, StringComparer.Ordinal);

    /// <summary>Opens an index with the model that made it, or makes one with the first embedding model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="path">Its folder.</param>
    /// <param name="load">Loads a model that is not served yet, by the index's own description.</param>
    /// <returns>The model's name where it was loaded for this index; null where it is served already.</returns>
    /// <exception cref="InvalidIndexException">The index is damaged, or its model is another one now.</exception>
    public string? Open(string name, string path, Func<IndexDefinition, ServedEmbedder> load)
    {
        if (!File.Exists(Path.Combine(path, "manifest")))
        {
            ServedEmbedder first = models.All.OfType<ServedEmbedder>().FirstOrDefault()
                ?? throw new InvalidIndexException(path, "is not there, and no embedding model to make it is loaded.");
            VectorIndex.Create(path, Definition(first)).Dispose();
            _indexes.Add(name, new ServedIndex(name, path, first));
            return null;
        }
        IndexDefinition definition;
        using (IndexReader reader = IndexReader.Open(path))
            definition = reader.Definition;
        string made = definition.Property("model") ?? throw new InvalidIndexException(
            path, "does not say which model made it: it was made neither by 'sextant index' nor by this server.");
        string folder = Path.GetFullPath(NamedModels.FolderOf(made.Length == 0 ? NamedModels.Tiny : made));
        ServedEmbedder? served = models.All.OfType<ServedEmbedder>()
            .FirstOrDefault(one => Path.GetFullPath(one.Card.Path) == folder);
        if (served is not null)
            ModelFingerprint.RequireSame(path, definition, served.Model);
        else
            models.Add(served = load(definition));
        _indexes.Add(name, new ServedIndex(name, path, served));
        return served.Id;
    }

    /// <summary>An index by its name.</summary>
    /// <exception cref="ApiException">There is none, or it is not open yet.</exception>
    public ServedIndex Find(string name)
    {
        models.RequireReady();
        return _indexes.GetValueOrDefault(name)
            ?? throw new ApiException(404, $"The index '{name}' does not exist; GET /v1/indexes lists those that do.")
            {
                Code = "index_not_found",
            };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServedIndex index in _indexes.Values)
            await index.DisposeAsync().ConfigureAwait(false);
        _indexes.Clear();
    }

    // As 'sextant index' makes one.
    private static IndexDefinition Definition(ServedEmbedder model)
    {
        PassageOptions cutting = PassageCutting.For(model.Model);
        string prompt = model.Model.PromptText(Prompt.Document);
        return new IndexDefinition
        {
            Dimensions = model.Card.Dimensions,
            KeepsTerms = true,
            Properties =
            [
                .. ModelFingerprint.Of(model.Model, prompt),
                new("query prompt", model.Model.PromptText(Prompt.Query)),
                new("terms", TermAnalyzer.English.Name),
                new("chunk", cutting.Chunk.ToString(CultureInfo.InvariantCulture)),
                new("overlap", cutting.Overlap.ToString(CultureInfo.InvariantCulture)),
                .. new IndexModel.Loaded(NamedModels.Lasting(model.Id), null, null, null, null).ToProperties(),
            ],
        };
    }
}
