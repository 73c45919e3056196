using System.Globalization;
using Microsoft.Extensions.VectorData;
using Sextant.Extensions.VectorData;

namespace Sextant.IndexWriting;

/// <summary>Rounds of changes through a VectorStore, and what its collection holds after each.</summary>
public static class StoreRun
{
    /// <summary>The key of the record that has the last round.</summary>
    public const string LastKey = "last";

    private const int Keys = 20;
    private const int Dimensions = 4;

    private static readonly VectorStoreCollectionDefinition s_definition = new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", typeof(string)),
            new VectorStoreDataProperty("Round", typeof(long)),
            new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), Dimensions),
        ],
    };

    /// <summary>The collection of the rounds.</summary>
    public static VectorStoreCollection<object, Dictionary<string, object?>> In(SextantVectorStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.GetDynamicCollection("rounds", s_definition);
    }

    /// <summary>Goes on until it is killed, and says each round when its calls are done.</summary>
    public static async Task Run(string folder)
    {
        using var store = new SextantVectorStore(folder);
        VectorStoreCollection<object, Dictionary<string, object?>> collection = In(store);
        await collection.EnsureCollectionExistsAsync().ConfigureAwait(false);
        Dictionary<string, object?>? last = await collection.GetAsync(LastKey).ConfigureAwait(false);
        for (long round = last is null ? 1 : (long)last["Round"]! + 1; ; round++)
        {
            if (Deleted(round) is { } gone)
                await collection.DeleteAsync(gone).ConfigureAwait(false);
            await collection.UpsertAsync(Written(round).Select(key => Record(key, round))).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(round.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            await Console.Out.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Key, and the round that wrote it, of every record after a round.</summary>
    public static Dictionary<string, long> After(long round)
    {
        var records = new Dictionary<string, long>();
        for (long one = 1; one <= round; one++)
        {
            if (Deleted(one) is { } gone)
                records.Remove(gone);
            foreach (string key in Written(one))
                records[key] = one;
        }
        return records;
    }

    /// <summary>What a round deletes, in a call of its own before it writes; null: nothing.</summary>
    public static string? Deleted(long round) => round % 3 == 0 ? Key(round * 5) : null;

    /// <summary>The vector of a round's records.</summary>
    public static float[] Vector(long round) => [1, round, round % 7, -1];

    // All of them in one call: there after it, or none.
    private static string[] Written(long round) => [.. new[] { Key(round), Key(round * 7), LastKey }.Distinct()];

    private static Dictionary<string, object?> Record(string key, long round) => new()
    {
        ["Key"] = key,
        ["Round"] = round,
        ["Vector"] = (ReadOnlyMemory<float>)Vector(round),
    };

    private static string Key(long number) => string.Create(CultureInfo.InvariantCulture, $"k{number % Keys}");
}
