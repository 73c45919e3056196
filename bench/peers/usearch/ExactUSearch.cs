using System.Runtime.InteropServices;
using Cloud.Unum.USearch;

namespace Sextant.Peers;

/// <summary>USearch's exact search over rows in memory: usearch_exact_search of the package's C library.</summary>
internal static unsafe partial class ExactUSearch
{
    /// <summary>Finds the nearest rows of each query.</summary>
    /// <param name="rows">[n, rowBytes], one after the other.</param>
    /// <param name="queries">[m, rowBytes].</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="scalar">What a row consists of.</param>
    /// <param name="dimensions">How many of them.</param>
    /// <param name="metric">What is compared.</param>
    /// <param name="k">How many to find.</param>
    /// <param name="keys">Receives the positions of rows [m, k].</param>
    /// <param name="distances">Receives their distances [m, k].</param>
    public static void Search(
        ReadOnlySpan<byte> rows, ReadOnlySpan<byte> queries, int rowBytes, ScalarKind scalar, int dimensions,
        MetricKind metric, int k, Span<ulong> keys, Span<float> distances)
    {
        nint error = 0;
        fixed (byte* row = rows, query = queries)
        fixed (ulong* key = keys)
        fixed (float* distance = distances)
        {
            usearch_exact_search(
                row, (nuint)(rows.Length / rowBytes), (nuint)rowBytes, query, (nuint)(queries.Length / rowBytes),
                (nuint)rowBytes, (int)scalar, (nuint)dimensions, (int)metric, (nuint)k, 1, key,
                (nuint)(k * sizeof(ulong)), distance, (nuint)(k * sizeof(float)), &error);
        }
        if (error != 0)
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(error));
    }

    [LibraryImport("libusearch_c")]
    private static partial void usearch_exact_search(
        void* dataset, nuint datasetSize, nuint datasetStride, void* queries, nuint queriesSize, nuint queriesStride,
        int scalarKind, nuint dimensions, int metricKind, nuint count, nuint threads, ulong* keys, nuint keysStride,
        float* distances, nuint distancesStride, nint* error);
}
