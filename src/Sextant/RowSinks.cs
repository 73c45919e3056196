namespace Sextant;

/// <summary>Takes the rows of a call's inputs, in whatever order they come.</summary>
internal interface IRowSink
{
    /// <summary>
    /// Takes the row of an input, or where the head gives one for each token, all of them; valid during the call only.
    /// </summary>
    /// <param name="index">Which input.</param>
    /// <param name="ids">Its tokens.</param>
    /// <param name="row">Its row or rows.</param>
    void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row);

    /// <summary>An input without tokens, which has no row.</summary>
    void TakeEmpty(int index);
}

/// <summary>Rows one below the other in the caller's memory; zeros for an input without tokens.</summary>
internal readonly ref struct DenseRows(Span<float> destination, int columns) : IRowSink
{
    private readonly Span<float> _destination = destination;

    public void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row) =>
        row.CopyTo(_destination.Slice(index * columns, columns));

    public void TakeEmpty(int index) => _destination.Slice(index * columns, columns).Clear();
}
