namespace Sextant.Search;

/// <summary>A query that is ready to be compared with rows of one kind.</summary>
internal unsafe interface IRowScorer
{
    /// <summary>scores [count] of rows that lie one after the other.</summary>
    void Score(byte* rows, nint count, float* scores);
}
