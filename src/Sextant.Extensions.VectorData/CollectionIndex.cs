using Sextant.Indexes;

namespace Sextant.Extensions.VectorData;

/// <summary>The index of a collection, whatever types its records have. Thread-safe.</summary>
/// <remarks>
/// Changes that wait for each other are committed together; each is acknowledged when its commit is made. Readers are
/// opened when somebody reads after a commit. An index whose writing failed is closed; the next call opens it anew.
/// </remarks>
internal sealed class CollectionIndex(string name, string? folder) : IDisposable
{
    private const string Deleted = ".deleted-";
    private static readonly Lock s_sweeping = new();
    private readonly Lock _state = new(); // _index, _reader, _disposed
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Queue<Change> _changes = new(); // its own lock
    private VectorIndex? _index;
    private SharedReader? _reader;
    private long _commit;
    private bool _disposed;

    public string Name => name;

    /// <summary>Whether a folder holds a collection.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, "manifest"));

    /// <summary>Whether there is such a collection.</summary>
    public bool Exists
    {
        get
        {
            lock (_state)
            {
                ObjectDisposedException.ThrowIf(_disposed, typeof(SextantVectorStore));
                return _index is not null || (folder is not null && IsIn(folder));
            }
        }
    }

    /// <summary>Makes the collection where it is not there.</summary>
    public async Task EnsureAsync(CollectionSchema schema, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await Task.Run(() => Ensure(schema), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Deletes the collection where it is there.</summary>
    public async Task DeleteAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await Task.Run(Delete, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Reads the last commit.</summary>
    /// <exception cref="MissingCollectionException">The collection is not there, or is another.</exception>
    public Task<T> ReadAsync<T>(CollectionSchema schema, Func<IndexReader, T> read, CancellationToken cancellation) =>
        Task.Run(
            () =>
            {
                SharedReader shared = Take(schema);
                try
                {
                    return read(shared.Reader);
                }
                finally
                {
                    shared.Release();
                }
            },
            cancellation);

    /// <summary>Changes the index; done when the change is committed.</summary>
    /// <param name="schema">What the records are.</param>
    /// <param name="change">
    /// Runs on one thread at a time. What it throws is the caller's alone: before it has changed anything.
    /// </param>
    /// <param name="cancellation">Looked at until the change begins.</param>
    /// <exception cref="MissingCollectionException">The collection is not there, or is another.</exception>
    public async Task ChangeAsync(CollectionSchema schema, Action<VectorIndex> change, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = new Change(schema, change);
        lock (_changes)
            _changes.Enqueue(own);
        try
        {
            await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!own.TryCancel())
        {
            await own.Done.ConfigureAwait(false); // somebody is at it
            return;
        }
        try
        {
            if (!own.Done.IsCompleted)
                await Task.Run(RunChanges, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
        await own.Done.ConfigureAwait(false);
    }

    /// <summary>Waits for changes in flight and closes the index.</summary>
    public void Dispose()
    {
        _writing.Wait();
        try
        {
            lock (_state)
                _disposed = true;
            Close();
        }
        finally
        {
            _writing.Release();
        }
    }

    private void RunChanges()
    {
        Change[] changes;
        lock (_changes)
        {
            changes = [.. _changes.Where(one => one.TryBegin())];
            _changes.Clear();
        }
        var made = new List<Change>();
        try
        {
            foreach (Change one in changes)
            {
                if (one.Run(Opened))
                    made.Add(one);
            }
            if (made.Count > 0)
                Commit();
            made.ForEach(one => one.Succeed());
        }
        catch (Exception problem)
        {
            // The writer no longer knows its own commit; who comes next opens the last one.
            Close();
            foreach (Change one in changes)
                one.Fail(problem);
            return;
        }
        Tidy();
    }

    private void Commit()
    {
        long commit = _index!.Commit();
        lock (_state)
            _commit = commit;
    }

    // Many small commits leave many small segments, which searches go through one by one. The more there is, the less
    // often all of it is written anew.
    private void Tidy()
    {
        if (_index is not { } index || index.Segments <= 32)
            return;
        SharedReader shared = Take(null);
        int most = 32 + (shared.Reader.Documents / 256);
        shared.Release();
        if (index.Segments <= most)
            return;
        try
        {
            long commit = index.Compact();
            lock (_state)
                _commit = commit;
        }
        catch (InvalidIndexException)
        {
            Close(); // what was acknowledged is committed; the next call says what the disk refuses
        }
    }

    private void Ensure(CollectionSchema schema)
    {
        lock (_state)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SextantVectorStore));
            if (_index is null && (folder is null || !IsIn(folder)))
            {
                _index = folder is null
                    ? VectorIndex.Create(schema.Definition)
                    : VectorIndex.Create(folder, schema.Definition);
                _commit = _index.Commits;
                return;
            }
        }
        Opened(schema);
    }

    private VectorIndex Opened(CollectionSchema? schema)
    {
        lock (_state)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SextantVectorStore));
            if (_index is null)
            {
                if (folder is null || !IsIn(folder))
                {
                    throw new MissingCollectionException(
                        $"there is no collection '{name}'; EnsureCollectionExistsAsync makes it.");
                }
                _index = VectorIndex.Open(folder);
                _commit = _index.Commits;
            }
            schema?.RequireSame(name, _index.Definition);
            return _index;
        }
    }

    private SharedReader Take(CollectionSchema? schema)
    {
        lock (_state)
        {
            VectorIndex index = Opened(schema);
            if (_reader is null || _reader.Commit != _commit)
            {
                var reader = new SharedReader(index.Read(), _commit);
                _reader?.Release();
                _reader = reader;
            }
            _reader.Take();
            return _reader;
        }
    }

    private void Delete()
    {
        string own;
        lock (_state) // or somebody who reads meanwhile opens what goes
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SextantVectorStore));
            if (folder is not null && IsIn(folder))
                Opened(null); // nobody else writes it
            Close();
            if (folder is null || !IsIn(folder))
                return;
            // In one step for all who look.
            Directory.Move(folder, own = Path.Combine(Path.GetDirectoryName(folder)!, $"{Deleted}{Guid.NewGuid():N}"));
        }
        Sweep(own);
    }

    // What a deletion leaves that was ended is no collection, and goes with the next. Others may delete theirs now.
    private static void Sweep(string own)
    {
        lock (s_sweeping)
        {
            foreach (string gone in Directory.GetDirectories(Path.GetDirectoryName(own)!, Deleted + "*"))
            {
                try
                {
                    Directory.Delete(gone, recursive: true);
                }
                catch (IOException) when (gone != own || !Directory.Exists(gone))
                {
                    // another process is at it, or it stays for the next
                }
            }
        }
    }

    private void Close()
    {
        lock (_state)
        {
            _reader?.Release();
            _reader = null;
            _index?.Dispose();
            _index = null;
        }
    }

    private sealed class Change(CollectionSchema schema, Action<VectorIndex> change)
    {
        private const int Waiting = 0, Begun = 1, Cancelled = 2;

        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _step;

        public Task Done => _done.Task;

        public bool TryBegin() => Interlocked.CompareExchange(ref _step, Begun, Waiting) == Waiting;

        public bool TryCancel() => Interlocked.CompareExchange(ref _step, Cancelled, Waiting) == Waiting;

        /// <summary>Says whether it went well; if it was refused, whoever waits is told.</summary>
        public bool Run(Func<CollectionSchema, VectorIndex> open)
        {
            try
            {
                change(open(schema));
                return true;
            }
            catch (Exception problem) when (problem is ArgumentException or MissingCollectionException)
            {
                _done.TrySetException(problem);
                return false;
            }
        }

        public void Succeed() => _done.TrySetResult();

        public void Fail(Exception problem) => _done.TrySetException(problem);
    }
}
