using System.Globalization;
using Sextant.Codes;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

// Several queries at once.
public sealed unsafe partial class IndexReader
{
    /// <summary>
    /// Finds the nearest of several queries: each row or binary code is read once for many of them.
    /// </summary>
    /// <remarks>Every query has the hits, to the bit, that it has alone.</remarks>
    /// <param name="queries">[n, Dimensions], row by row.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">Receives [n, k], each query's best first, then by id.</param>
    /// <param name="found">[n]: receives how many hits of each k were written.</param>
    /// <param name="options">What the search is limited to; null for no limits.</param>
    /// <exception cref="ArgumentException">
    /// The queries are no whole vectors, or hold a NaN or infinity, or there is no room for the hits.
    /// </exception>
    /// <exception cref="InvalidIndexException">What has to be read is damaged.</exception>
    public void Search(
        ReadOnlySpan<float> queries, int k, Span<Hit> hits, Span<int> found, SearchOptions? options = null)
    {
        using CallsInFlight.Call call = Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        int count = queries.Length / Dimensions;
        if (queries.Length % Dimensions != 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{queries.Length} values are not whole queries of {Dimensions} dimensions."), nameof(queries));
        }
        RequireRoom(count, k, hits.Length, found.Length);
        FiniteValues.Require(queries, nameof(queries));
        options ??= SearchOptions.None;
        try
        {
            _search.Search(queries, k, hits, found, Count, options, _live.Among(options.Allowed));
        }
        catch (ArgumentException problem) when (IsAtFault(problem, queries))
        {
            throw Overflows(problem);
        }
    }

    /// <summary>Finds the nearest binary codes of several query codes, by Hamming distance alone.</summary>
    /// <param name="codes">[n, bytes of a code], row by row, as <see cref="BinaryCode"/> makes them.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">
    /// Receives [n, k], each code's nearest first, then by id; a score is the negated distance in bits.
    /// </param>
    /// <param name="found">[n]: receives how many hits of each k were written.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <exception cref="ArgumentException">They are no whole codes of this index, or there is no room.</exception>
    /// <exception cref="UnsupportedRequestException">The index does not scan binary codes.</exception>
    /// <exception cref="InvalidIndexException">What has to be read is damaged.</exception>
    public void SearchCodes(
        ReadOnlySpan<byte> codes, int k, Span<Hit> hits, Span<int> found, IdSet? allowed = null)
    {
        using CallsInFlight.Call call = Enter();
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (Definition.Code != VectorCode.Binary)
        {
            throw new UnsupportedRequestException(
                $"this index scans {Definition.Code} codes; it has no Hamming distances.");
        }
        BinaryCode.Require(codes, Definition.CodedDimensions, nameof(codes));
        int count = codes.Length / BinaryCode.Bytes(Definition.CodedDimensions);
        RequireRoom(count, k, hits.Length, found.Length);
        _search.SearchCodes(codes, k, hits, found[..count], Count, _live.Among(allowed));
    }

    private static void RequireRoom(int count, int k, int hits, int found)
    {
        if (found < count || hits < (long)count * k)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{hits} hits and {found} counts; {count} queries need {(long)count * k} and {count}."), nameof(hits));
        }
    }
}
