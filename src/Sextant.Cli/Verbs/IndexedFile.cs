using Sextant.Indexes;

namespace Sextant.Cli.Verbs;

/// <summary>What an index knows of a file, by which it sees whether the file has changed.</summary>
internal sealed record IndexedFile(string Path, long Size, long Modified, string Checksum)
{
    public const string SizeName = "size";
    public const string ModifiedName = "modified";
    public const string ChecksumName = "checksum";
    public const string ExtensionName = "extension";

    public static readonly string[] ReservedNames = [SizeName, ModifiedName, ChecksumName, ExtensionName];

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
