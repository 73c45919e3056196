using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Hub;

/// <summary>
/// Brings one file into the cache's blobs: in ranges, several at once, going on where an ended run stopped.
/// </summary>
/// <remarks>
/// Until it is whole it is called BLOB.sextant, and BLOB.ranges has a byte for each range, 1 for one that is there.
/// Only who holds the lock of the blob (the file that huggingface_hub locks too) writes them.
/// </remarks>
internal sealed class BlobDownload(HubConnection connection, HubOptions options, string blobs, HubFile file)
{
    private readonly string _whole = Path.Combine(blobs, file.Blob);
    private readonly string _partial = Path.Combine(blobs, file.Blob + ".sextant");
    private readonly string _ranges = Path.Combine(blobs, file.Blob + ".ranges");

    /// <summary>Downloads the file, unless it is there.</summary>
    /// <param name="address">Its path on the hub.</param>
    /// <param name="what">Its name, for messages.</param>
    /// <param name="received">Told how many bytes more are there.</param>
    /// <param name="cancellation">Ends the work; what is there stays for the next run.</param>
    public async Task Run(string address, string what, Action<long> received, CancellationToken cancellation)
    {
        if (IsThere())
        {
            received(file.Size);
            return;
        }
        byte[] done = Started();
        received(done.Select((one, i) => one == 1 ? Length(i) : 0).Sum());
        using (SafeFileHandle handle = File.OpenHandle(_partial, FileMode.OpenOrCreate, FileAccess.ReadWrite))
        {
            RandomAccess.SetLength(handle, file.Size);
            using SafeFileHandle marks = File.OpenHandle(_ranges, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            RandomAccess.SetLength(marks, done.Length);
            int[] missing = [.. Enumerable.Range(0, done.Length).Where(i => done[i] == 0)];
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Connections,
                CancellationToken = cancellation,
            };
            await Parallel.ForEachAsync(missing, parallel, async (range, stop) =>
            {
                long start = (long)range * options.RangeBytes;
                await connection.GetRange(address, what, start, start + Length(range), (at, bytes) =>
                {
                    RandomAccess.Write(handle, bytes.Span, at);
                    received(bytes.Length);
                }, stop).ConfigureAwait(false);
                RandomAccess.Write(marks, [1], range);
            }).ConfigureAwait(false);
        }
        string hash = Hash(cancellation);
        File.Delete(_ranges);
        if (hash != file.Blob)
        {
            File.Delete(_partial);
            throw new HubException(
                $"{what}: what was downloaded has the hash {hash}, not {file.Blob}; it was thrown away. Try again.");
        }
        File.Move(_partial, _whole, overwrite: true);
    }

    private bool IsThere() => File.Exists(_whole) && new FileInfo(_whole).Length == file.Size;

    private long Length(int range) =>
        Math.Min(options.RangeBytes, file.Size - ((long)range * options.RangeBytes));

    // What an ended run left, where it used ranges of this size.
    private byte[] Started()
    {
        int count = (int)((file.Size + options.RangeBytes - 1) / options.RangeBytes);
        if (File.Exists(_partial) && File.Exists(_ranges) && new FileInfo(_partial).Length == file.Size)
        {
            byte[] done = File.ReadAllBytes(_ranges);
            if (done.Length == count)
                return done;
        }
        File.Delete(_partial);
        File.Delete(_ranges);
        return new byte[count];
    }

    // SHA-256 of a large file; else git's id, SHA-1 of "blob", the length, a zero and the bytes.
    private string Hash(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(file.IsLarge ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (!file.IsLarge)
            hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {file.Size}\0")));
        using FileStream stream = File.OpenRead(_partial);
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, read));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
