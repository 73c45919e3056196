// Notes in a folder, found by what they mean: a model from dependency injection behind a VectorStore.
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;
using Sextant.Extensions.DependencyInjection;
using Sextant.Extensions.VectorData;

string folder = args.Length > 0 ? args[0] : "notes";
await using ServiceProvider services = new ServiceCollection()
    .AddSextant()
    .AddSingleton<VectorStore>(provider => new SextantVectorStore(new SextantVectorStoreOptions
    {
        Folder = folder,
        EmbeddingGenerator = provider.GetRequiredService<IEmbeddingGenerator>(),
    }))
    .BuildServiceProvider();

VectorStoreCollection<int, Note> notes = services.GetRequiredService<VectorStore>().GetCollection<int, Note>("notes");
if (!await notes.CollectionExistsAsync())
{
    await notes.EnsureCollectionExistsAsync();
    await notes.UpsertAsync(
        [
            new Note { Id = 1, Text = "Boil the rice until it is soft.", Tags = ["kitchen"] },
            new Note { Id = 2, Text = "Parliament passed the budget.", Tags = ["news", "money"] },
            new Note { Id = 3, Text = "The bank raised its interest rates.", Tags = ["money"] },
        ]);
    Console.WriteLine($"made {folder}");
}

await Print("How do I cook rice?", new());
await Print("How do I cook rice?", new() { Filter = note => note.Tags.Contains("money") && note.Id > 2 });

async Task Print(string question, VectorSearchOptions<Note> options)
{
    await foreach (VectorSearchResult<Note> hit in notes.SearchAsync(question, 1, options))
        Console.WriteLine(FormattableString.Invariant($"{hit.Score:F3} {hit.Record.Text}"));
}

internal sealed class Note
{
    [VectorStoreKey]
    public int Id { get; set; }

    [VectorStoreData]
    public string Text { get; set; } = "";

    [VectorStoreData]
    public string[] Tags { get; set; } = [];

    // The text becomes a vector when it is stored.
    [VectorStoreVector(Dimensions)]
    public string Vector => Text;

    // Of the package's own model.
    private const int Dimensions = 256;
}
