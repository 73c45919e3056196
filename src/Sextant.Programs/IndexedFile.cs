using System.Globalization;
using Sextant.Indexes;

namespace Sextant.Programs;

/// <summary>What an index knows of a file, by which it sees whether the file has changed.</summary>
internal sealed record IndexedFile(string Path, long Size, long Modified, string Checksum)
{
    public const string SizeName = "size";
    public const string ModifiedName = "modified";
    public const string ChecksumName = "checksum";
    public const string ExtensionName = "extension";

    /// <summary>
    /// Of a part of a file that others follow. It has a space, which no attribute of the caller's can have.
    /// </summary>
    public const string ContinuesName = "is continued";

    public static readonly string[] ReservedNames =
        [SizeName, ModifiedName, ChecksumName, ExtensionName, ContinuesName];

    /// <summary>The file as it is now; its checksum is computed only where the older one may no longer hold.</summary>
    public static IndexedFile Of(string path, IReadOnlyList<IndexAttribute>? before)
    {
        var file = new FileInfo(path);
        (long size, long modified) = (file.Length, file.LastWriteTimeUtc.Ticks);
        bool isSame = before is not null && Find(before, SizeName)?.Number == size
            && Find(before, ModifiedName)?.Number == modified;
        string checksum = isSame ? Find(before!, ChecksumName)?.Text ?? "" : "";
        return new IndexedFile(path, size, modified, checksum.Length > 0 ? checksum : FileFingerprint.Of(path));
    }

    /// <summary>Whether an index has this very file, with these attributes of the caller.</summary>
    public bool IsIn(IReadOnlyList<IndexAttribute>? before, IReadOnlyList<IndexAttribute> given) =>
        before is not null && Find(before, ChecksumName)?.Text == Checksum
        && given.All(one => Find(before, one.Name) == one)
        && before.All(one => ReservedNames.Contains(one.Name) || given.Contains(one));

    public List<IndexAttribute> Attributes(IEnumerable<IndexAttribute> given)
    {
        string extension = System.IO.Path.GetExtension(Path).TrimStart('.').ToLowerInvariant();
        List<IndexAttribute> all = [new(SizeName, Size), new(ModifiedName, Modified), new(ChecksumName, Checksum)];
        if (extension.Length > 0)
            all.Add(new IndexAttribute(ExtensionName, extension));
        all.AddRange(given);
        return all;
    }

    /// <summary>
    /// Key of a part of a file: the first part has the file's path; no path holds the sign that others have after it.
    /// </summary>
    public static string Key(string path, int part) =>
        part == 0 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}\0{part}");

    /// <summary>The path of the file that a key is of.</summary>
    public static string PathOf(string key) => key.IndexOf('\0') is >= 0 and int end ? key[..end] : key;

    private static IndexAttribute? Find(IReadOnlyList<IndexAttribute> attributes, string name)
    {
        foreach (IndexAttribute one in attributes)
        {
            if (one.Name == name)
                return one;
        }
        return null;
    }
}
