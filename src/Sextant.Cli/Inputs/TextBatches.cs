namespace Sextant.Cli.Inputs;

/// <summary>Cuts a stream of inputs into batches, so that memory does not grow with their number.</summary>
internal static class TextBatches
{
    // The model sorts and splits a batch by itself; this bounds what is in memory.
    private const int MaxTexts = 4096;
    private const int MaxCharacters = 1 << 24;

    public static IEnumerable<List<TextRecord>> Of(IEnumerable<TextRecord> records, CancellationToken cancellation)
    {
        var batch = new List<TextRecord>();
        long characters = 0;
        foreach (TextRecord record in records)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Add(record);
            characters += record.Text.Length + (record.Pair?.Length ?? 0);
            if (batch.Count < MaxTexts && characters < MaxCharacters)
                continue;
            yield return batch;
            batch.Clear();
            characters = 0;
        }
        if (batch.Count > 0)
            yield return batch;
    }
}
