namespace Sextant.Search;

/// <summary>One found code.</summary>
/// <param name="Id">The code's number, counted from 0 in the order of adding.</param>
/// <param name="Distance">Bits in which it differs from the query; smaller is nearer.</param>
internal readonly record struct BinaryHit(int Id, int Distance)
{
    /// <summary>
    /// The order of results: the smaller distance first, and the smaller id first among equal distances.
    /// </summary>
    public bool IsBefore(BinaryHit other) =>
        Distance < other.Distance || (Distance == other.Distance && Id < other.Id);
}
