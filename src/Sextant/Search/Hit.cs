namespace Sextant.Search;

/// <summary>One found vector.</summary>
/// <param name="Id">The vector's number, counted from 0 in the order of adding.</param>
/// <param name="Score">Its dot product with the query; larger is nearer.</param>
public readonly record struct Hit(int Id, float Score)
{
    /// <summary>The order of results: the larger score first, and the smaller id first among equal scores.</summary>
    public bool IsBefore(Hit other) => Score > other.Score || (Score == other.Score && Id < other.Id);
}
