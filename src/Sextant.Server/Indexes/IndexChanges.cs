using System.Threading.Channels;
using Sextant.Indexes;

namespace Sextant.Server.Indexes;

/// <summary>Documents to put into an index, or keys to take out of it.</summary>
internal sealed record IndexChange(IReadOnlyList<IndexDocument> Documents, IReadOnlyList<string> Keys);

/// <summary>What a change came to, once it is on disk.</summary>
/// <param name="Commit">Number of the commit that has it.</param>
/// <param name="Deleted">Keys that were there and are not any more.</param>
internal sealed record ChangeResult(long Commit, int Deleted);

/// <summary>
/// Writes changes to an index on disk: those that wait together are one commit. A change is answered when it would
/// outlast the process and the machine.
/// </summary>
/// <remarks>
/// The index is opened to be changed for each commit only, so that other programs may change it between. Thread-safe.
/// </remarks>
internal sealed class IndexChanges : IAsyncDisposable
{
    private readonly string _path;
    private readonly Action _committed;
    private readonly Channel<(IndexChange Change, TaskCompletionSource<ChangeResult> Source)> _waiting =
        Channel.CreateBounded<(IndexChange, TaskCompletionSource<ChangeResult>)>(256);

    private readonly Task _work;

    /// <param name="path">The index's folder.</param>
    /// <param name="committed">Told after each commit, before its changes are answered.</param>
    public IndexChanges(string path, Action committed)
    {
        (_path, _committed) = (path, committed);
        _work = Task.Factory.StartNew(
            Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Writes a change; completes when it is committed.</summary>
    /// <exception cref="ArgumentException">A document does not fit the index; those before it were taken.</exception>
    /// <exception cref="InvalidIndexException">The index cannot be written, or another program writes it.</exception>
    public async Task<ChangeResult> Write(IndexChange change, CancellationToken cancellation)
    {
        var source = new TaskCompletionSource<ChangeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync((change, source), cancellation).ConfigureAwait(false);
        return await source.Task.ConfigureAwait(false);
    }

    /// <summary>Ends when what waits is committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _work.ConfigureAwait(false);
    }

    private void Work()
    {
        var batch = new List<(IndexChange Change, TaskCompletionSource<ChangeResult> Source)>();
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < 256 && _waiting.Reader.TryRead(out (IndexChange, TaskCompletionSource<ChangeResult>) one))
                batch.Add(one);
            try
            {
                Commit(batch);
            }
            catch (Exception problem)
            {
                foreach ((_, TaskCompletionSource<ChangeResult> source) in batch)
                    source.TrySetException(problem);
            }
        }
    }

    private void Commit(List<(IndexChange Change, TaskCompletionSource<ChangeResult> Source)> batch)
    {
        var applied = new List<(TaskCompletionSource<ChangeResult> Source, int Deleted, Exception? Problem)>();
        using VectorIndex writer = VectorIndex.Open(_path);
        foreach ((IndexChange change, TaskCompletionSource<ChangeResult> source) in batch)
        {
            (int deleted, Exception? problem) = (0, null);
            try
            {
                foreach (IndexDocument document in change.Documents)
                {
                    DeleteParts(writer, document.Key);
                    writer.Upsert(document);
                }
                foreach (string key in change.Keys)
                {
                    DeleteParts(writer, key);
                    deleted += writer.Delete(key) ? 1 : 0;
                }
            }
            catch (ArgumentException refused)
            {
                problem = refused; // the writer is as it was before this document
            }
            applied.Add((source, deleted, problem));
        }
        long commit = writer.Commit();
        _committed();
        foreach ((TaskCompletionSource<ChangeResult> source, int deleted, Exception? problem) in applied)
        {
            if (problem is null)
                source.TrySetResult(new ChangeResult(commit, deleted));
            else
                source.TrySetException(problem);
        }
    }

    // Parts of what may have been a long file.
    private static void DeleteParts(VectorIndex writer, string key)
    {
        for (int part = 1; writer.Delete(IndexedFile.Key(key, part)); part++)
        {
        }
    }
}
