namespace Sextant.Hub;

/// <summary>
/// Keeps other processes from the same blob: the file that huggingface_hub locks, locked in the same way.
/// </summary>
internal static class BlobLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<FileStream> Take(string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(Pause, cancellation).ConfigureAwait(false); // somebody else has it
            }
        }
    }
}
