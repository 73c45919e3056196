using Microsoft.Extensions.AI;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>A store in memory or in a temporary folder.</summary>
internal sealed class ScratchStore : IDisposable
{
    private readonly string? _root;

    public ScratchStore(bool onDisk, IEmbeddingGenerator? generator = null)
    {
        _root = onDisk ? Directory.CreateTempSubdirectory("sextant-store-").FullName : null;
        Generator = generator;
        Store = Open();
    }

    public SextantVectorStore Store { get; private set; }

    public string Folder => Path.Combine(_root!, "store");

    public bool IsOnDisk => _root is not null;

    private IEmbeddingGenerator? Generator { get; }

    /// <summary>Closes the store and opens it again.</summary>
    public void Reopen()
    {
        Store.Dispose();
        Store = Open();
    }

    public void Dispose()
    {
        Store.Dispose();
        if (_root is not null)
            Directory.Delete(_root, recursive: true);
    }

    private SextantVectorStore Open() => new(new SextantVectorStoreOptions
    {
        Folder = _root is null ? null : Folder,
        EmbeddingGenerator = Generator,
    });
}
