namespace Sextant.Runtime;

/// <summary>
/// Whether only this user, or the system's, can have put a file where it is: what is read from there is trusted.
/// </summary>
/// <remarks>
/// Every folder on the way, and what a link leads to, is looked at: who may write one of them can put another in its
/// place. A folder like /tmp, where each may take out only what is theirs, is no harm above, but is not private itself.
/// Windows guards a user's folders with access lists, which are not looked at.
/// </remarks>
internal static class PrivatePath
{
    private const int Type = 0xF000, Link = 0xA000, Sticky = 0x200, GroupOrOthersWrite = 0x12;
    private const int MaxLinks = 40;

    /// <summary>Whether a file or folder is there and is private.</summary>
    public static bool Is(string path) => OperatingSystem.IsWindows() || Is(Path.GetFullPath(path), MaxLinks);

    /// <summary>The same of something in a folder that was found to be private.</summary>
    public static bool IsIn(string privateFolder, params ReadOnlySpan<string> names)
    {
        if (OperatingSystem.IsWindows())
            return true;
        string path = privateFolder;
        foreach (string name in names)
        {
            path = Path.Combine(path, name);
            if (FileIdentity.OfName(path) is not { } one || (one.Owner != 0 && one.Owner != FileIdentity.User))
                return false;
            if ((one.Mode & Type) == Link)
                return Is(Path.Combine([privateFolder, .. names]));
            if ((one.Mode & GroupOrOthersWrite) != 0)
                return false;
        }
        return true;
    }

    private static bool Is(string path, int links)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string done = "/";
        for (int i = 0; i < names.Length; i++)
        {
            string folder = done;
            done = Path.Combine(done, names[i]);
            if (FileIdentity.OfName(done) is not { } one || (one.Owner != 0 && one.Owner != FileIdentity.User))
                return false;
            if ((one.Mode & Type) == Link)
            {
                return links > 0 && new FileInfo(done).LinkTarget is { } target
                    && Is(Path.GetFullPath(Path.Combine([folder, target, .. names[(i + 1)..]])), links - 1);
            }
            bool isItself = i == names.Length - 1;
            if ((one.Mode & GroupOrOthersWrite) != 0 && (isItself || (one.Mode & Sticky) == 0))
                return false;
        }
        return true;
    }
}
