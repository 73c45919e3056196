using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sextant.Indexes;
using Sextant.Search;

#pragma warning disable MEVD9001 // experimental: what the abstractions offer to those who implement them

namespace Sextant.Extensions.VectorData;

/// <summary>Records of a collection of a <see cref="SextantVectorStore"/>.</summary>
/// <remarks>
/// Thread-safe: any number of readers and writers. A change is committed when its task is done, those of one call
/// together; reading sees the last commit. Searches are exact. Where properties are ordered, null comes first and texts
/// are in the order of their code units; equal ones stay in the order in which they were committed. Disposing it does
/// nothing: what is open is the store's. Cancellation is looked at before a computation and between records; a change
/// that has begun comes to its end.
/// </remarks>
/// <typeparam name="TKey">string, int, long, Guid, or object for dynamic collections.</typeparam>
/// <typeparam name="TRecord">The records.</typeparam>
public sealed class SextantCollection<TKey, TRecord>
    : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly SextantVectorStore _store;
    private readonly CollectionIndex _index;
    private readonly CollectionSchema _schema;
    private readonly RecordMapper<TRecord> _mapper;
    private readonly RecordSearch<TRecord> _search;
    private readonly VectorStoreCollectionMetadata _metadata;

    internal SextantCollection(SextantVectorStore store, CollectionIndex index, CollectionSchema schema)
    {
        (_store, _index, _schema) = (store, index, schema);
        _mapper = new RecordMapper<TRecord>(schema);
        _search = new RecordSearch<TRecord>(schema, _mapper, store.Options.HybridWeight);
        _metadata = new VectorStoreCollectionMetadata
        {
            VectorStoreSystemName = SextantVectorStore.SystemName,
            VectorStoreName = store.Options.Folder,
            CollectionName = index.Name,
        };
    }

    /// <inheritdoc/>
    public override string Name => _index.Name;

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_index.Exists);
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) =>
        Run("EnsureCollectionExists", () => _index.EnsureAsync(_schema, cancellationToken));

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) =>
        Run("EnsureCollectionDeleted", () => _index.DeleteAsync(cancellationToken));

    /// <inheritdoc/>
    public override async Task<TRecord?> GetAsync(
        TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        string text = Text(key);
        bool withVectors = WithVectors(options?.IncludeVectors == true);
        return await Failures.Wrap(_store, Name, "Get", () => _index.ReadAsync(
            _schema, reader => Read(reader, text, withVectors), cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        IEnumerable<TKey> keys, RecordRetrievalOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        string[] texts = [.. keys.Select(Text)];
        bool withVectors = WithVectors(options?.IncludeVectors == true);
        // All of one commit.
        List<TRecord> found = await Failures.Wrap(_store, Name, "Get", () => _index.ReadAsync(
            _schema,
            reader => texts.Select(text => Step(cancellationToken, Read(reader, text, withVectors)))
                .OfType<TRecord>().ToList(),
            cancellationToken)).ConfigureAwait(false);
        foreach (TRecord record in found)
            yield return Step(cancellationToken, record);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new FilteredRecordRetrievalOptions<TRecord>();
        bool withVectors = WithVectors(options.IncludeVectors);
        IndexFilter condition = FilterTranslator.Translate(filter, _schema.Model);
        var order = RecordOrder.Of(options.OrderBy?.Invoke(new()).Values, _schema.Model);
        List<TRecord> found = await Failures.Wrap(_store, Name, "Get", () => _index.ReadAsync(
            _schema,
            reader => order.Sort(reader, reader.Find(condition)).Skip(options.Skip).Take(top)
                .Select(place => Step(cancellationToken, _mapper.Read(reader.Read(place, withVectors), withVectors)))
                .ToList(),
            cancellationToken)).ConfigureAwait(false);
        foreach (TRecord record in found)
            yield return Step(cancellationToken, record);
    }

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task UpsertAsync(
        IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        TRecord[] all = [.. records];
        if (Array.Exists(all, one => one is null))
            throw new ArgumentException("a record is null.", nameof(records));
        ReadOnlyMemory<float>?[] vectors = await GenerateAsync(all, cancellationToken).ConfigureAwait(false);
        if (all.Length == 0)
            return;
        await Run("Upsert", async () =>
        {
            IndexDocument[] documents = await Task.Run(
                () => all.Select((one, i) => _mapper.Write(Step(cancellationToken, one), vectors[i])).ToArray(),
                cancellationToken).ConfigureAwait(false);
            await _index.ChangeAsync(
                _schema,
                index =>
                {
                    foreach (IndexDocument document in documents)
                        index.Check(document);
                    foreach (IndexDocument document in documents)
                        index.Upsert(document);
                },
                cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) =>
        Delete([Text(key)], cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return Delete([.. keys.Select(Text)], cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new VectorSearchOptions<TRecord>();
        var query = new RecordQuery(
            _schema.Model.GetVectorPropertyOrSingle(options), options.Filter, top, options.Skip, options.ScoreThreshold,
            WithVectors(options.IncludeVectors));
        return Search(searchValue, query, "VectorizedSearch", _search.Nearest, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The score is the fused one (<see cref="ScoreFusion"/>), greater ones being better; the threshold is one of it.
    /// </remarks>
    public IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(keywords);
        options ??= new HybridSearchOptions<TRecord>();
        DataPropertyModel text = _schema.Model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty);
        var query = new RecordQuery(
            _schema.Model.GetVectorPropertyOrSingle(
                new VectorSearchOptions<TRecord> { VectorProperty = options.VectorProperty }),
            options.Filter, top, options.Skip, options.ScoreThreshold, WithVectors(options.IncludeVectors));
        string[] terms =
            [.. keywords.SelectMany(word => _schema.Terms.Terms(word)).Select(one => _schema.Term(text, one))];
        return Search(
            searchValue, query, "HybridSearch",
            (reader, vector, one, stop) => _search.Hybrid(reader, vector, terms, one, stop), cancellationToken);
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? _metadata
            : serviceType == typeof(VectorStoreMetadata) ? _store.GetService(serviceType)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    private async IAsyncEnumerable<VectorSearchResult<TRecord>> Search<TInput>(
        TInput value, RecordQuery query, string operation, RecordSearching<TRecord> search,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Top, 1);
        IndexFilter? condition =
            query.Filter is null ? null : FilterTranslator.Translate(query.Filter, _schema.Model);
        ReadOnlyMemory<float> vector =
            await VectorAsync(value, query.Property, cancellationToken).ConfigureAwait(false);
        _mapper.Require(vector.Span);
        List<VectorSearchResult<TRecord>> found = await Failures.Wrap(_store, Name, operation, () => _index.ReadAsync(
            _schema, reader => search(reader, vector, query with { Condition = condition }, cancellationToken),
            cancellationToken)).ConfigureAwait(false);
        foreach (VectorSearchResult<TRecord> one in found)
            yield return Step(cancellationToken, one);
    }

    private static async Task<ReadOnlyMemory<float>> VectorAsync<TInput>(
        TInput value, VectorPropertyModel property, CancellationToken cancellation)
    {
        if (RecordMapper<TRecord>.AsVector(value) is { } vector)
            return vector;
        if (property.EmbeddingGenerationDispatcher is null)
        {
            throw property.EmbeddingGenerator is null
                ? new NotSupportedException(VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(
                    value!.GetType(), "ReadOnlyMemory<float>, Embedding<float>, float[]"))
                : new InvalidOperationException(
                    VectorDataStrings.IncompatibleEmbeddingGeneratorWasConfiguredForInputType(
                        value!.GetType(), property.EmbeddingGenerator.GetType()));
        }
        Embedding made = await property.GenerateEmbeddingAsync(value, cancellation).ConfigureAwait(false);
        return ((Embedding<float>)made).Vector;
    }

    // The vectors of properties that hold something else, all in one call of the generator.
    private async Task<ReadOnlyMemory<float>?[]> GenerateAsync(TRecord[] records, CancellationToken cancellation)
    {
        var vectors = new ReadOnlyMemory<float>?[records.Length];
        if (!_schema.Model.EmbeddingGenerationRequired)
            return vectors;
        VectorPropertyModel property = _schema.Vector!;
        (int Record, object Value)[] given = [.. records
            .Select((record, i) => (i, property.GetValueAsObject(record)))
            .Where(one => one.Item2 is not null)!];
        if (given.Length == 0)
            return vectors;
        IReadOnlyList<Embedding> made = await property
            .GenerateEmbeddingsAsync(given.Select(one => one.Value), cancellation).ConfigureAwait(false);
        for (int i = 0; i < given.Length; i++)
            vectors[given[i].Record] = ((Embedding<float>)made[i]).Vector;
        return vectors;
    }

    private TRecord? Read(IndexReader reader, string key, bool withVectors) =>
        reader.Document(key, withVectors) is { } document ? _mapper.Read(document, withVectors) : null;

    private async Task Delete(string[] keys, CancellationToken cancellation)
    {
        if (keys.Length == 0)
            return;
        await Run("Delete", () => _index.ChangeAsync(
            _schema,
            index =>
            {
                foreach (string key in keys)
                    index.Delete(key);
            },
            cancellation)).ConfigureAwait(false);
    }

    private bool WithVectors(bool asked) => asked && _schema.Model.EmbeddingGenerationRequired
        ? throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration)
        : asked;

    private string Text(TKey key) => RecordKey.Text(key, _schema.Model.KeyProperty.Type);

    private Task Run(string operation, Func<Task> run) => Failures.Wrap(_store, Name, operation, run);

    private static T Step<T>(CancellationToken cancellation, T value)
    {
        cancellation.ThrowIfCancellationRequested();
        return value;
    }
}
