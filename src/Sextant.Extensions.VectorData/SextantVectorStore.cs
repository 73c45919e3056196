using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData;

/// <summary>Collections of records with vectors, in the process: in memory or in a folder.</summary>
/// <remarks>
/// Thread-safe. Disposing it closes its collections; what they hold in a folder stays. An awaited change is
/// committed: in a folder it outlives a process that is killed at any moment. A folder's collection has one store at a
/// time, in one process; another one is refused with a <see cref="VectorStoreException"/>.
/// </remarks>
public sealed class SextantVectorStore : VectorStore
{
    internal const string SystemName = "sextant";

    private readonly ConcurrentDictionary<string, CollectionIndex> _indexes = new(StringComparer.Ordinal);
    private readonly VectorStoreMetadata _metadata;
    private volatile bool _disposed;

    /// <summary>Makes a store in memory.</summary>
    public SextantVectorStore()
        : this(new SextantVectorStoreOptions())
    {
    }

    /// <summary>Makes a store; nothing is opened or written before a collection is used.</summary>
    /// <exception cref="ArgumentException">The options are not of the form.</exception>
    public SextantVectorStore(SextantVectorStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        ArgumentNullException.ThrowIfNull(Options.Terms, nameof(options));
        if (Options.Folder is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(Options.Folder, nameof(options));
            Options = Options with { Folder = Path.GetFullPath(Options.Folder) };
        }
        if (!(Options.HybridWeight >= 0 && Options.HybridWeight <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), Options.HybridWeight, "HybridWeight is from 0 to 1.");
        }
        _metadata = new VectorStoreMetadata
        {
            VectorStoreSystemName = SystemName,
            VectorStoreName = Options.Folder,
        };
    }

    /// <summary>Makes a store of collections in a folder.</summary>
    /// <param name="folder">Made when the first collection is.</param>
    public SextantVectorStore(string folder)
        : this(new SextantVectorStoreOptions { Folder = folder ?? throw new ArgumentNullException(nameof(folder)) })
    {
    }

    internal SextantVectorStoreOptions Options { get; }

    /// <inheritdoc/>
    [RequiresDynamicCode("Records are made by reflection; GetDynamicCollection is compatible with NativeAOT.")]
    [RequiresUnreferencedCode("Properties are found by reflection; GetDynamicCollection is compatible with trimming.")]
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(
        string name, VectorStoreCollectionDefinition? definition = null)
    {
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
        {
            throw new ArgumentException(
                $"records of '{name}' are dictionaries; {nameof(GetDynamicCollection)} is for these.");
        }
        CollectionIndex index = Index(name);
        return new SextantCollection<TKey, TRecord>(this, index, new CollectionSchema(
            new ModelBuilder().Build(typeof(TRecord), typeof(TKey), definition, Options.EmbeddingGenerator),
            Options.Terms));
    }

    /// <inheritdoc/>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(
        string name, VectorStoreCollectionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        CollectionIndex index = Index(name);
        return new SextantCollection<object, Dictionary<string, object?>>(this, index, new CollectionSchema(
            new ModelBuilder().BuildDynamic(definition, definition.EmbeddingGenerator ?? Options.EmbeddingGenerator),
            Options.Terms));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        string[] names = await Failures.Wrap(
            this, null, "ListCollectionNames", () => Task.Run(Names, cancellationToken)).ConfigureAwait(false);
        foreach (string name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Index(name).Exists);
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        CollectionIndex index = Index(name);
        return Failures.Wrap(
            this, name, "EnsureCollectionDeleted", () => index.DeleteAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (CollectionIndex index in _indexes.Values)
            index.Dispose();
        base.Dispose(disposing);
    }

    private CollectionIndex Index(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _indexes.GetOrAdd(name, static (one, folder) => new CollectionIndex(
            one, folder is null ? null : Path.Combine(folder, CollectionNames.ToFolder(one))), Options.Folder);
    }

    private string[] Names()
    {
        if (Options.Folder is null)
            return [.. _indexes.Where(one => one.Value.Exists).Select(one => one.Key).Order(StringComparer.Ordinal)];
        if (!Directory.Exists(Options.Folder))
            return [];
        return [.. Directory.EnumerateDirectories(Options.Folder)
            .Where(CollectionIndex.IsIn)
            .Select(one => CollectionNames.FromFolder(Path.GetFileName(one)))
            .OfType<string>()
            .Order(StringComparer.Ordinal)];
    }
}
