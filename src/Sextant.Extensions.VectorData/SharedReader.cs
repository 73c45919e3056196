using Sextant.Indexes;

namespace Sextant.Extensions.VectorData;

/// <summary>A reader of one commit that several calls use; the last one disposes it.</summary>
internal sealed class SharedReader(IndexReader reader, long commit)
{
    private int _users = 1; // the collection itself

    public IndexReader Reader => reader;

    public long Commit => commit;

    /// <summary>Called while the collection has it.</summary>
    public void Take() => Interlocked.Increment(ref _users);

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            reader.Dispose();
    }
}
