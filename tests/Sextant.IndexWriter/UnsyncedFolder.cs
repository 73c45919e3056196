using Sextant.Indexes;

namespace Sextant.IndexWriting;

/// <summary>A folder whose disk is not waited for.</summary>
internal sealed class UnsyncedFolder(string path) : IndexFolder(path)
{
    public override void Make() => Directory.CreateDirectory(Path);

    public override void Sync(FileStream file)
    {
    }

    public override void SyncNames()
    {
    }
}
