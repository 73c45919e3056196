using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sextant.Passages;
using Sextant.Runtime;

namespace Sextant.Cli.Caches;

/// <summary>Keeps the passages of files with their vectors, a file for each, so that they are embedded once.</summary>
/// <remarks>
/// A file's name is the SHA-256 of all that decides its content: the text's bytes and its ending, the model, its prompt
/// and its options, how passages are cut, and the program itself. What cannot be read, is damaged or does not fit is
/// not there; what cannot be written is not kept; a folder that others may write is neither read nor written. Processes
/// may share the folder: files appear whole.
/// </remarks>
internal sealed class PassageCache
{
    private const string Ending = ".passages";

    private readonly string _folder;
    private readonly string _maker;
    private readonly int _dimensions;
    private readonly long _maxBytes;
    private readonly Lazy<bool> _isPrivate;
    private long _written;
    private bool _isBroken;

    /// <param name="folder">Where to keep files.</param>
    /// <param name="maker">All that decides vectors and passages, but the text.</param>
    /// <param name="dimensions">Length of the vectors.</param>
    /// <param name="maxBytes">Maximum number of bytes of all files together.</param>
    public PassageCache(
        string folder, IEnumerable<KeyValuePair<string, string>> maker, int dimensions, long maxBytes)
    {
        (_folder, _dimensions, _maxBytes) = (Path.Combine(folder, "passages"), dimensions, maxBytes);
        _isPrivate = new Lazy<bool>(() => PrivatePath.Is(_folder));
        // Each name and value with its length before it: no two lists of them read the same.
        _maker = string.Concat(maker.Append(new("program", ProgramId())).Select(one =>
            string.Create(
                CultureInfo.InvariantCulture, $"{one.Key.Length}:{one.Key}{one.Value.Length}:{one.Value}")));
    }

    /// <summary>A file as it was embedded; null where it was not.</summary>
    public CachedFile? Find(string path, string checksum)
    {
        string file = FileOf(path, checksum);
        try
        {
            if (!_isPrivate.Value
                || !PrivatePath.IsIn(_folder, Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileName(file))
                || !File.Exists(file))
                return null;
            CachedFile? found = CachedFile.Read(File.ReadAllBytes(file), path, _dimensions);
            if (found is not null && DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > TimeSpan.FromHours(1))
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow); // what was used last is kept longest
            return found;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a file.</summary>
    public void Put(string path, string checksum, CachedFile file)
    {
        if (_isBroken)
            return;
        string name = FileOf(path, checksum);
        string partial = $"{name}.{Guid.NewGuid():N}.partial";
        try
        {
            // Texts of the user's are in it: nobody else may look, or put others there.
            if (!UserCache.TryCreate(Path.GetDirectoryName(name)!))
            {
                _isBroken = true;
                return;
            }
            using (FileStream stream = UserCache.Create(partial))
                stream.Write(file.Bytes);
            File.Move(partial, name, overwrite: true);
            _written += file.Bytes.Length;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _isBroken = true; // a full or read-only disk: the search goes on without
            TryDelete(partial);
        }
    }

    /// <summary>Takes out what was not used for longest, where there is too much.</summary>
    public void Trim()
    {
        if (_written == 0)
            return;
        try
        {
            FileInfo[] files = [.. new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .OrderByDescending(file => file.LastWriteTimeUtc)];
            long kept = 0;
            foreach (FileInfo file in files)
            {
                kept += file.Length;
                bool isLeft = file.Extension == ".partial"
                    && DateTime.UtcNow - file.LastWriteTimeUtc > TimeSpan.FromDays(1);
                if (kept > _maxBytes || isLeft)
                    TryDelete(file.FullName);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string FileOf(string path, string checksum)
    {
        string ending = Path.GetExtension(path).ToLowerInvariant();
        if (ending == ".gz") // what is inside decides, and its name says what it is
            ending = Path.GetExtension(Path.GetFileNameWithoutExtension(path)).ToLowerInvariant() + ending;
        string key = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{checksum}{ending.Length}:{ending}{_maker}")));
        return Path.Combine(_folder, key[..2], key[2..] + Ending);
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Another build may cut or embed in another way.
    private static string ProgramId() =>
        $"{typeof(Passage).Module.ModuleVersionId} {typeof(PassageCache).Module.ModuleVersionId}";
}
