using Sextant.Indexes;

namespace Sextant.Tests.Indexes;

/// <summary>A folder whose disk fails at a certain step: it is full, or the machine loses its power.</summary>
internal sealed class FaultyFolder(string path, int failAt, int seed = 0) : IndexFolder(path)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, long> _unsynced = []; // file, and how much of it is on the disk
    private readonly List<Action> _unsyncedNames = [];

    /// <summary>Steps that were asked for.</summary>
    public int Steps { get; private set; }

    public bool HasFailed => failAt > 0 && Steps >= failAt;

    public override void Make()
    {
        Step();
        base.Make();
    }

    public override FileStream Create(string name)
    {
        Step();
        string file = File(name);
        FileStream stream = base.Create(name);
        _unsynced[file] = 0;
        _unsyncedNames.Add(() => System.IO.File.Delete(file));
        return stream;
    }

    public override void Write(FileStream file, ReadOnlySpan<byte> bytes)
    {
        if (Steps + 1 == failAt)
            base.Write(file, bytes[..(bytes.Length / 2)]); // a full disk takes what it has room for
        Step();
        base.Write(file, bytes);
    }

    public override void Sync(FileStream file)
    {
        Step(); // the real disk is not waited for: what a loss of power leaves is made up below
        _unsynced.Remove(file.Name);
    }

    public override void Replace(string source, string destination)
    {
        Step();
        string from = File(source), to = File(destination);
        byte[]? before = System.IO.File.Exists(to) ? System.IO.File.ReadAllBytes(to) : null;
        base.Replace(source, destination);
        _unsyncedNames.Add(() =>
        {
            System.IO.File.Move(to, from, overwrite: true);
            if (before is not null)
                System.IO.File.WriteAllBytes(to, before);
        });
    }

    public override void SyncNames()
    {
        Step();
        _unsyncedNames.Clear();
    }

    public override void Delete(string name)
    {
        if (HasFailed)
            return; // a machine that has failed does nothing more
        Step();
        base.Delete(name);
    }

    /// <summary>
    /// What is left after the power was lost: of files that were not flushed any beginning, perhaps with wrong bytes,
    /// and of names that were not flushed the last ones perhaps undone.
    /// </summary>
    public void LosePower()
    {
        for (int i = _unsyncedNames.Count; i > 0 && _random.Next(2) == 0; i--)
            _unsyncedNames[i - 1]();
        foreach ((string file, long synced) in _unsynced)
        {
            if (!System.IO.File.Exists(file))
                continue;
            using FileStream stream = System.IO.File.Open(file, FileMode.Open);
            stream.SetLength(_random.NextInt64(synced, stream.Length + 1));
            if (stream.Length > 0 && _random.Next(2) == 0)
            {
                stream.Position = _random.NextInt64(stream.Length);
                stream.WriteByte((byte)_random.Next(256));
            }
        }
    }

    private void Step()
    {
        if (HasFailed)
            throw new IOException("No space left on device (simulated)");
        Steps++;
        if (HasFailed)
            throw new IOException("No space left on device (simulated)");
    }
}
